//! A connection of the floor, and the shape of its replies.

use std::io::{self, Read, Write};

use mio::event::Event;
use mio::net::TcpStream;
use photo_tests::Turn;

/// The ends of the parts of a reply.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) head: usize,
    pub(super) body: usize,
}

pub(super) struct Connection {
    pub(super) stream: TcpStream,
    /// Bytes of the request that are still to be sent.
    to_send: usize,
    /// Bytes of the reply that are still to come.
    to_come: usize,
    turn: Option<Turn>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, to_send: 0, to_come: 0, turn: None }
    }

    pub(super) fn start(&mut self, turn: Turn, request: &[u8], shape: Shape) -> io::Result<()> {
        self.turn = Some(turn);
        self.to_come = shape.head + shape.body;
        self.send_first(request)
    }

    /// Sends a request; what comes back is for the caller to read.
    pub(super) fn send_first(&mut self, request: &[u8]) -> io::Result<()> {
        self.to_send = request.len();
        self.send(request)
    }

    /// Moves what can be moved; returns the turn when the reply is whole.
    pub(super) fn turn(
        &mut self,
        event: &Event,
        request: &[u8],
        buffer: &mut [u8],
    ) -> io::Result<Option<Turn>> {
        if self.turn.is_none() {
            return Ok(None);
        }
        self.send(request)?;
        let whole = event.is_readable() && self.receive(buffer, event.is_read_closed())?;
        Ok(if whole { self.turn.take() } else { None })
    }

    pub(super) fn send(&mut self, request: &[u8]) -> io::Result<()> {
        while self.to_send > 0 {
            match self.stream.write(&request[request.len() - self.to_send..]) {
                Ok(n) => self.to_send -= n,
                Err(error) if is_for_later(&error) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Returns whether the reply is whole.
    fn receive(&mut self, buffer: &mut [u8], closed: bool) -> io::Result<bool> {
        while self.to_come > 0 {
            let room = self.to_come.min(buffer.len());
            match self.stream.read(&mut buffer[..room]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(n) => {
                    self.to_come -= n;
                    // The socket is empty: asking again would cost a system call to hear so.
                    if n < room && !closed {
                        break;
                    }
                }
                Err(error) if is_for_later(&error) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(self.to_come == 0)
    }
}

impl Shape {
    /// `None` while the head is not whole.
    pub(super) fn of(reply: &[u8]) -> io::Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(head) = response.parse(reply).map_err(io::Error::other)? else {
            return Ok(None);
        };
        let code = response.code.unwrap_or_default();
        if code != 200 {
            return Err(io::Error::other(format!("the server replied with status {code}")));
        }
        let length =
            response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let length = length.and_then(|header| str::from_utf8(header.value).ok()?.parse().ok());
        let body = length.ok_or_else(|| io::Error::other("floor needs a reply with a Content-Length"))?;
        Ok(Some(Self { head, body }))
    }
}

/// Also true of a socket that is still connecting.
pub(super) fn is_for_later(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, NotConnected, WouldBlock};
    matches!(error.kind(), Interrupted | NotConnected | WouldBlock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_a_reply_is_its_head_and_its_length() {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n";
        assert!(Shape::of(&head[..30]).unwrap().is_none());
        let shape = Shape::of(head).unwrap().unwrap();
        assert_eq!((shape.head, shape.body), (head.len(), 12));
        assert!(Shape::of(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(Shape::of(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n").is_err());
    }
}
