//! A server that sends given bytes.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

/// A server that answers the first request of each connection with the same bytes, in pieces, and closes it. It is for
/// replies that are too special to be a fault of the photo server.
///
/// It serves until the test's process ends: a connection at a time, which is enough for a test.
#[derive(Debug)]
pub struct Replay {
    addr: SocketAddr,
}

impl Replay {
    /// Starts to serve `pieces`, each sent separately.
    pub fn start(pieces: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let addr = listener.local_addr().expect("it has an address");
        let serve = move || {
            for stream in listener.incoming().flatten() {
                // The client may close at any time; the next one is still served.
                let _ = answer(stream, &pieces);
            }
        };
        thread::Builder::new().name("replay".into()).spawn(serve).expect("a thread can be started");
        Self { addr }
    }

    /// The address of the server.
    pub fn url(&self) -> String {
        format!("http://{}/photo", self.addr)
    }
}

fn answer(mut stream: std::net::TcpStream, pieces: &[Vec<u8>]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        request.extend(byte);
    }
    for (i, piece) in pieces.iter().enumerate() {
        if i > 0 {
            // The pause lets the client see the pieces one by one.
            thread::sleep(Duration::from_millis(5));
        }
        stream.write_all(piece)?;
    }
    Ok(())
}
