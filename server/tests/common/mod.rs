//! A client that sees the bytes on the wire, and never waits forever.

#![allow(dead_code, reason = "no test uses all of it")]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use photo_server::{Counters, PhotoServer};

/// Time after which a test has failed.
pub(crate) const SOON: Duration = Duration::from_secs(10);

/// The end of a connection, as the client saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The server closed.
    Closed,
    /// The server reset the connection.
    Reset,
    /// No more bytes arrived.
    Silent,
}

/// A connection, with the bytes read beyond the last reply.
pub(crate) struct Wire {
    stream: TcpStream,
    ahead: Vec<u8>,
}

impl Wire {
    pub(crate) fn connect(server: &PhotoServer) -> Self {
        let stream = TcpStream::connect(server.addr()).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self { stream, ahead: Vec::new() }
    }

    pub(crate) fn get(&mut self, target: &str) {
        self.send(format!("GET {target} HTTP/1.1\r\nHost: photos\r\n\r\n"));
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// Reads a reply with a declared length: its head as text, and its body.
    pub(crate) fn reply(&mut self) -> (String, Vec<u8>) {
        let head_ends_at = loop {
            let end = self.ahead.windows(4).position(|window| window == b"\r\n\r\n");
            if let Some(end) = end {
                break end + 4;
            }
            self.read_more().unwrap();
        };
        let head = String::from_utf8(self.ahead[..head_ends_at].to_vec()).unwrap();
        let (_, length) = head.split_once("Content-Length: ").unwrap();
        let length: usize = length.lines().next().unwrap().parse().unwrap();
        while self.ahead.len() < head_ends_at + length {
            self.read_more().unwrap();
        }
        let body = self.ahead[head_ends_at..head_ends_at + length].to_vec();
        self.ahead.drain(..head_ends_at + length);
        (head, body)
    }

    /// Reads until the server closes, resets or is silent for `patience`.
    pub(crate) fn rest(&mut self, patience: Duration) -> (Vec<u8>, End) {
        self.stream.set_read_timeout(Some(patience)).unwrap();
        let end = loop {
            match self.read_more() {
                Ok(()) => {}
                Err(error) => match error.kind() {
                    io::ErrorKind::UnexpectedEof => break End::Closed,
                    io::ErrorKind::ConnectionReset => break End::Reset,
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => break End::Silent,
                    _ => panic!("{error}"),
                },
            }
        };
        // macOS refuses this after a reset.
        let _ = self.stream.set_read_timeout(Some(SOON));
        (std::mem::take(&mut self.ahead), end)
    }

    fn read_more(&mut self) -> io::Result<()> {
        let mut buffer = [0; 1 << 14];
        match self.stream.read(&mut buffer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                self.ahead.extend(&buffer[..read]);
                Ok(())
            }
        }
    }
}

/// Waits until the server's counters meet `condition`.
pub(crate) fn until(server: &PhotoServer, condition: impl Fn(&Counters) -> bool) {
    let started = Instant::now();
    while !condition(&server.counters()) {
        assert!(started.elapsed() < SOON, "{:?}", server.counters());
        thread::sleep(Duration::from_millis(1));
    }
}
