//! The client that runs the least code: every style is compared with it.
//!
//! A raw readiness loop in one thread. The request is prepared, the length of the reply is known, all connections read
//! into the same buffer, and the bytes are only counted. The rest is the kernel's price for moving the bytes, which no
//! way of waiting can avoid. It is not a real client: it would accept any reply.

mod connection;

use std::collections::VecDeque;
use std::io::{self, Read};
use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use photo::{Config, Exchange};
use photo_tests::{Feed, Turn};

use crate::load::client::LoadClient;
use crate::load::samples::Samples;
use connection::{Connection, Shape, is_for_later};

/// Read at once at most.
const BUFFER: usize = 64 << 10;

/// Time without any event after which the loop fails.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Floor {
    config: Arc<Config>,
    poll: Poll,
    events: Events,
    connections: Vec<Connection>,
    buffer: Vec<u8>,
    /// The shape of all replies, learned from the first one: all bring the same photo.
    shape: Option<Shape>,
}

impl Floor {
    pub(crate) fn new(config: Config) -> Result<Self, photo::Error> {
        Ok(Self {
            config: config.checked()?,
            poll: Poll::new().expect("a poll can be made"),
            events: Events::with_capacity(1024),
            connections: Vec::new(),
            buffer: vec![0; BUFFER],
            shape: None,
        })
    }

    /// Makes the connections; returns the request for each download, and what the reply will look like.
    fn prepare(&mut self, url: &str, in_flight: usize) -> io::Result<(Vec<u8>, Shape)> {
        let exchange = Exchange::new(url, &self.config).map_err(io::Error::other)?;
        let request = exchange.to_send().to_vec();
        self.connect(&exchange, in_flight)?;
        let shape = match self.shape {
            Some(shape) => shape,
            None => self.learn(&request)?,
        };
        self.shape = Some(shape);
        Ok((request, shape))
    }

    fn connect(&mut self, exchange: &Exchange, in_flight: usize) -> io::Result<()> {
        let origin = exchange.origin();
        if origin.is_https() {
            return Err(io::Error::other("floor speaks no TLS"));
        }
        let resolved = (origin.host(), origin.port()).to_socket_addrs()?.next();
        let addr = resolved.ok_or_else(|| io::Error::other("the host has no address"))?;
        for index in self.connections.len()..in_flight {
            let mut stream = TcpStream::connect(addr)?;
            let both = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut stream, Token(index), both)?;
            self.connections.push(Connection::new(stream));
        }
        Ok(())
    }

    /// Downloads once, alone, on the first connection, to see what a reply looks like.
    fn learn(&mut self, request: &[u8]) -> io::Result<Shape> {
        let Self { poll, events, connections, .. } = self;
        let connection = &mut connections[0];
        connection.send_first(request)?;
        let mut reply = Vec::new();
        loop {
            connection.send(request)?;
            match connection.stream.read_to_end(&mut reply) {
                Ok(_) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(error) if is_for_later(&error) => {}
                Err(error) => return Err(error),
            }
            match Shape::of(&reply)? {
                Some(shape) if reply.len() >= shape.head + shape.body => return Ok(shape),
                _ if !wait(poll, events, PATIENCE)? => return Err(io::ErrorKind::TimedOut.into()),
                _ => {}
            }
        }
    }
}

impl LoadClient for Floor {
    fn download_all(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let (request, shape) = self.prepare(url, in_flight)?;
        let Self { poll, events, connections, buffer, .. } = self;
        // Turns are taken in the order of their times, so the first one here is always the next.
        let mut waiting: VecDeque<_> =
            (0..in_flight).map_while(|index| Some((index, samples.first()?))).collect();
        let mut running = 0;
        let start_due = |connections: &mut [Connection], waiting: &mut VecDeque<(usize, Turn)>| {
            let mut started = 0;
            while let Some((index, mut turn)) = waiting.pop_front_if(|(_, turn)| turn.wait().is_none()) {
                samples.start(&mut turn);
                connections[index].start(turn, &request, shape)?;
                started += 1;
            }
            io::Result::Ok(started)
        };
        loop {
            running += start_due(connections, &mut waiting)?;
            let next = waiting.front().map(|(_, turn)| turn.wait().unwrap_or_default());
            if running == 0 && next.is_none() {
                return Ok(());
            }
            if !wait(poll, events, next.unwrap_or(PATIENCE))? && next.is_none() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            for event in &*events {
                let index = event.token().0;
                let Some(turn) = connections[index].turn(event, &request, buffer)? else { continue };
                samples.arrived(&turn, shape.body);
                running -= 1;
                waiting.extend(samples.next().map(|turn| (index, turn)));
                running += start_due(connections, &mut waiting)?;
            }
        }
    }
}

/// Returns whether there are events.
fn wait(poll: &mut Poll, events: &mut Events, patience: Duration) -> io::Result<bool> {
    loop {
        match poll.poll(events, Some(patience)) {
            Ok(()) => return Ok(!events.is_empty()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use photo_server::PhotoServer;

    use super::*;
    use crate::load::samples::Sample;

    #[test]
    fn bytes_and_downloads_are_counted_and_connections_kept() {
        let server = PhotoServer::start().unwrap();
        let url = server.url("/photo?bytes=100000");
        let mut floor = Floor::new(Config::default()).unwrap();
        for count in [40, 1, 3] {
            let samples = Samples::new(count);
            floor.download_all(&url, 4, &samples).unwrap();
            let sample = samples.sample();
            assert_eq!(sample.latencies.len(), count);
            assert_eq!(sample.bytes, 100_000 * count as u64);
        }
        let counters = server.counters();
        assert_eq!(counters.connections, 4);
        assert_eq!(counters.requests, 44 + 1);
    }

    #[test]
    fn arrivals_are_waited_for_and_none_is_lost() {
        let server = PhotoServer::start().unwrap();
        let samples = Samples::of(30, 0, Some((0..30).map(Duration::from_millis).collect()), 0.0);
        let mut floor = Floor::new(Config::default()).unwrap();
        floor.download_all(&server.url("/photo?bytes=5000"), 3, &samples).unwrap();
        let Sample { latencies, bytes, paced, .. } = samples.sample();
        assert_eq!((latencies.len(), paced.unwrap().skipped, bytes), (30, 0, 150_000));
        assert!(server.counters().max_open_requests <= 3);
    }

    #[test]
    fn unsupported_work_of_the_floor_is_an_error() {
        let server = PhotoServer::start().unwrap();
        let mut floor = Floor::new(Config::default()).unwrap();
        let mut run = |url: &str| floor.download_all(url, 1, &Samples::new(1)).unwrap_err().to_string();
        assert!(run("https://127.0.0.1/").contains("TLS"));
        assert!(run(&server.url("/nothing-here")).contains("status 404"));
    }
}
