//! The least that any client can do: the line that every style is measured against.
//!
//! A raw readiness loop in one thread. The request was made beforehand, the length of the reply is known, all
//! connections read into the same buffer, and the bytes are only counted. What is left is what the kernel asks for
//! moving the bytes, which no way of waiting can avoid. It is no client: it would believe any reply.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::time::Duration;

use mio::event::Event;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use photo::{Config, Exchange};
use photo_tests::{Samples, Ticket};

use crate::entrant::ClosedLoop;

/// Read at once at most.
const BUFFER: usize = 64 << 10;

/// Without any event for so long, something is broken.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Floor {
    config: Arc<Config>,
    poll: Poll,
    events: Events,
    connections: Vec<Connection>,
    buffer: Vec<u8>,
    /// What the replies to each request look like, learned from the first one.
    shapes: HashMap<Vec<u8>, Shape>,
}

#[derive(Clone, Copy)]
struct Shape {
    head: usize,
    body: usize,
}

struct Connection {
    stream: TcpStream,
    /// Bytes of the request that are still to be sent.
    to_send: usize,
    /// Bytes of the reply that are still to come.
    to_come: usize,
    ticket: Option<Ticket>,
}

impl Floor {
    pub(crate) fn new(config: Config) -> Result<Self, photo::Error> {
        Ok(Self {
            config: config.checked()?,
            poll: Poll::new().expect("a poll can be made"),
            events: Events::with_capacity(1024),
            connections: Vec::new(),
            buffer: vec![0; BUFFER],
            shapes: HashMap::new(),
        })
    }

    fn connect(&mut self, exchange: &Exchange, in_flight: usize) -> io::Result<()> {
        let endpoint = exchange.endpoint();
        if endpoint.is_https() {
            return Err(io::Error::other("floor speaks no TLS"));
        }
        let resolved = (endpoint.host(), endpoint.port()).to_socket_addrs()?.next();
        let addr = resolved.ok_or_else(|| io::Error::other("the host has no address"))?;
        for index in self.connections.len()..in_flight {
            let mut stream = TcpStream::connect(addr)?;
            let both = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut stream, Token(index), both)?;
            self.connections.push(Connection { stream, to_send: 0, to_come: 0, ticket: None });
        }
        Ok(())
    }

    /// Downloads once, alone, on the first connection, to see what a reply looks like.
    fn learn(&mut self, request: &[u8]) -> io::Result<Shape> {
        let Self { poll, events, connections, .. } = self;
        let connection = &mut connections[0];
        connection.to_send = request.len();
        let mut reply = Vec::new();
        let mut shape = None;
        while shape.is_none_or(|Shape { head, body }| reply.len() < head + body) {
            connection.send(request)?;
            match connection.stream.read_to_end(&mut reply) {
                Ok(_) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(error) if is_for_later(&error) => {}
                Err(error) => return Err(error),
            }
            shape = Shape::of(&reply)?;
            if shape.is_none_or(|Shape { head, body }| reply.len() < head + body) {
                wait(poll, events)?;
            }
        }
        shape.ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

impl ClosedLoop for Floor {
    fn closed_loop(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let exchange = Exchange::new(url, &self.config).map_err(io::Error::other)?;
        let request = exchange.to_send();
        self.connect(&exchange, in_flight)?;
        let shape = match self.shapes.get(request) {
            Some(shape) => *shape,
            None => self.learn(request)?,
        };
        self.shapes.insert(request.to_vec(), shape);

        let Self { poll, events, connections, buffer, .. } = self;
        let mut running = 0;
        for connection in connections.iter_mut().take(in_flight) {
            running += usize::from(connection.start(request, shape, samples)?);
        }
        while running > 0 {
            wait(poll, events)?;
            for event in &*events {
                let connection = &mut connections[event.token().0];
                if connection.turn(event, request, shape, buffer, samples)? == Turn::NothingLeft {
                    running -= 1;
                }
            }
        }
        Ok(())
    }
}

#[derive(PartialEq)]
enum Turn {
    Waiting,
    NothingLeft,
}

impl Connection {
    /// Returns whether there was one more download to start.
    fn start(&mut self, request: &[u8], shape: Shape, samples: &Samples) -> io::Result<bool> {
        self.ticket = samples.start();
        if self.ticket.is_none() {
            return Ok(false);
        }
        self.to_send = request.len();
        self.to_come = shape.head + shape.body;
        self.send(request)?;
        Ok(true)
    }

    fn turn(
        &mut self,
        event: &Event,
        request: &[u8],
        shape: Shape,
        buffer: &mut [u8],
        samples: &Samples,
    ) -> io::Result<Turn> {
        if self.ticket.is_none() {
            return Ok(Turn::Waiting);
        }
        self.send(request)?;
        if !event.is_readable() || !self.receive(buffer, event.is_read_closed())? {
            return Ok(Turn::Waiting);
        }
        if let Some(ticket) = self.ticket.take() {
            samples.arrived(&ticket, shape.body);
        }
        Ok(if self.start(request, shape, samples)? { Turn::Waiting } else { Turn::NothingLeft })
    }

    fn send(&mut self, request: &[u8]) -> io::Result<()> {
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
    fn of(reply: &[u8]) -> io::Result<Option<Self>> {
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

fn wait(poll: &mut Poll, events: &mut Events) -> io::Result<()> {
    loop {
        match poll.poll(events, Some(PATIENCE)) {
            Ok(()) if events.is_empty() => return Err(io::ErrorKind::TimedOut.into()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Also true of a socket that is still connecting.
fn is_for_later(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, NotConnected, WouldBlock};
    matches!(error.kind(), Interrupted | NotConnected | WouldBlock)
}

#[cfg(test)]
mod tests {
    use photo_server::PhotoServer;

    use super::*;

    #[test]
    fn bytes_and_downloads_are_counted_and_connections_kept() {
        let server = PhotoServer::start().unwrap();
        let url = server.url("/photo?bytes=100000");
        let mut floor = Floor::new(Config::default()).unwrap();
        for count in [40, 1, 3] {
            let samples = Samples::new(count);
            floor.closed_loop(&url, 4, &samples).unwrap();
            let sample = samples.sample();
            assert_eq!(sample.latencies.len(), count);
            assert_eq!(sample.bytes, 100_000 * count as u64);
        }
        let counters = server.counters();
        assert_eq!(counters.connections, 4);
        assert_eq!(counters.requests, 44 + 1);
    }

    #[test]
    fn what_floor_cannot_do_is_an_error() {
        let server = PhotoServer::start().unwrap();
        let mut floor = Floor::new(Config::default()).unwrap();
        let mut run = |url: &str| floor.closed_loop(url, 1, &Samples::new(1)).unwrap_err().to_string();
        assert!(run("https://127.0.0.1/").contains("TLS"));
        assert!(run(&server.url("/nothing-here")).contains("status 404"));
    }

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
