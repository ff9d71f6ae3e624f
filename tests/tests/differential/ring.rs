//! A server that says the same to all, and something else each time.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use photo_tests::Style;

use crate::replies::{Ending, Reply};

/// So that a piece is mostly seen by itself.
const BETWEEN_PIECES: Duration = Duration::from_micros(200);

/// How long it waits for a client: longer than any is to wait for it.
const PATIENCE: Duration = Duration::from_secs(15);

/// Answers the first request of each connection with the present reply.
pub(crate) struct Ring {
    addr: SocketAddr,
    reply: Arc<Mutex<Option<Arc<Reply>>>>,
}

impl Ring {
    /// Serves as many connections at once as there are contenders, until the process ends.
    pub(crate) fn start() -> Self {
        let listener = Arc::new(TcpListener::bind("127.0.0.1:0").expect("there is a free port"));
        let addr = listener.local_addr().expect("it has an address");
        let reply = Arc::<Mutex<Option<Arc<Reply>>>>::default();
        for _ in Style::HELD_EQUAL {
            let (listener, reply) = (Arc::clone(&listener), Arc::clone(&reply));
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let reply = reply.lock().unwrap().clone().expect("a reply, before anybody asks");
                    // The client may leave whenever it likes; the next one is served all the same.
                    let _ = answer(stream, &reply);
                }
            });
        }
        Self { addr, reply }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.addr)
    }

    /// Has the next connections be answered with `reply`.
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
        while stream.read(&mut space)? > 0 {} // until the client has gone
    }
    Ok(())
}
