//! A server that sends the same reply to all styles, and another one each time.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use photo_tests::Style;

use crate::replies::{Ending, Reply};

/// Pause after which a piece is mostly read alone.
const BETWEEN_PIECES: Duration = Duration::from_micros(200);

/// Time to wait for a client: longer than any client may wait for the server.
const PATIENCE: Duration = Duration::from_secs(15);

/// Answers the first request of each connection with the present reply.
pub(crate) struct Ring {
    addr: SocketAddr,
    reply: Arc<Mutex<Option<Arc<Reply>>>>,
}

impl Ring {
    /// Serves one connection for each style at once, until the process ends.
    pub(crate) fn start() -> Self {
        let listener = Arc::new(TcpListener::bind("127.0.0.1:0").expect("there is a free port"));
        let addr = listener.local_addr().expect("it has an address");
        let reply = Arc::<Mutex<Option<Arc<Reply>>>>::default();
        for _ in Style::HELD_EQUAL {
            let (listener, reply) = (Arc::clone(&listener), Arc::clone(&reply));
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let reply = reply.lock().unwrap().clone().expect("a reply, before anybody asks");
                    // The client may close at any time; the next one is still served.
                    let _ = answer(stream, &reply);
                }
            });
        }
        Self { addr, reply }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.addr)
    }

    /// Answers the next connections with `reply`.
    pub(crate) fn say(&self, reply: Reply) {
        *self.reply.lock().unwrap() = Some(Arc::new(reply));
    }
}

fn answer(mut stream: TcpStream, reply: &Reply) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let (mut request, mut space) = (Vec::new(), [0; 1024]);
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut space)? {
            0 => return Ok(()),
            n => request.extend(&space[..n]),
        }
    }
    for (i, piece) in reply.pieces().enumerate() {
        if i > 0 {
            thread::sleep(BETWEEN_PIECES);
        }
        stream.write_all(piece)?;
    }
    if reply.ending == Ending::Silence {
        while stream.read(&mut space)? > 0 {} // until the client closes
    }
    Ok(())
}
