//! One thread for all connections.

use std::io;
use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};
use rustls::ServerConfig;
use slab::Slab;

use crate::connection::{Connection, Next};
use crate::counters::Counters;
use crate::hold::Hold;
use crate::site::Site;
use crate::timers::Timers;
use crate::transport::Transport;

const HTTP: Token = Token(0);
const HTTPS: Token = Token(1);
const WAKER: Token = Token(2);
const FIRST_CONNECTION: usize = 3;

const EVENTS_PER_TURN: usize = 1024;
/// More than the longest request head, so that a read always has room.
const SCRATCH_BYTES: usize = 32 << 10;
/// How long not to accept when there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// What the handle asks of the event loop, after waking it. An answer that nobody awaits is thrown away.
#[derive(Debug)]
pub(crate) enum Command {
    Counters(Sender<Counters>),
    ResetCounters(Sender<()>),
    Heads(Sender<Vec<Vec<u8>>>),
    Hold(Vec<Hold>, Sender<()>),
    Stop,
}

/// The listeners, the connections, and what wakes them.
#[derive(Debug)]
pub(crate) struct EventLoop {
    poll: Poll,
    http: TcpListener,
    https: TcpListener,
    tls: Arc<ServerConfig>,
    commands: Receiver<Command>,
    site: Site,
    connections: Slab<Connection>,
    max_connections: usize,
    timers: Timers,
    again: Vec<Token>,
    scratch: Box<[u8]>,
}

impl EventLoop {
    /// The waker is for the sender of commands.
    pub(crate) fn new(
        mut http: TcpListener,
        mut https: TcpListener,
        tls: Arc<ServerConfig>,
        site: Site,
        commands: Receiver<Command>,
        max_connections: usize,
    ) -> io::Result<(Self, Waker)> {
        let poll = Poll::new()?;
        let registry = poll.registry();
        registry.register(&mut http, HTTP, Interest::READABLE)?;
        registry.register(&mut https, HTTPS, Interest::READABLE)?;
        let waker = Waker::new(registry, WAKER)?;
        let event_loop = Self {
            poll,
            http,
            https,
            tls,
            commands,
            site,
            connections: Slab::new(),
            max_connections,
            timers: Timers::default(),
            again: Vec::new(),
            scratch: vec![0; SCRATCH_BYTES].into(),
        };
        Ok((event_loop, waker))
    }

    /// Serves until a command stops it, then closes all connections.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS_PER_TURN);
        while self.turn(&mut events)?.is_continue() {}
        Ok(())
    }

    fn turn(&mut self, events: &mut Events) -> io::Result<ControlFlow<()>> {
        let timeout = if self.again.is_empty() { self.timers.timeout() } else { Some(Duration::ZERO) };
        match self.poll.poll(events, timeout) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => events.clear(),
            result => result?,
        }

        let again = mem::take(&mut self.again);
        let mut gatherings = self.site.gatherings;
        let mut woken = false;
        for event in &*events {
            match event.token() {
                HTTP | HTTPS => self.accept(event.token()),
                WAKER => woken = true,
                token => {
                    if let Some(connection) = self.connections.get_mut(key(token)) {
                        connection.note(event);
                        self.advance(token);
                    }
                }
            }
        }
        for token in again {
            self.advance(token);
        }
        for token in self.timers.due() {
            match token {
                HTTP | HTTPS => self.accept(token),
                token => self.advance(token),
            }
        }
        while self.site.gatherings > gatherings {
            gatherings = self.site.gatherings;
            self.advance_all();
        }
        // Last, so that an answer includes all that has happened before the question.
        Ok(if woken { self.obey() } else { ControlFlow::Continue(()) })
    }

    /// Accepts all that are waiting: there is no second event for them.
    fn accept(&mut self, listener: Token) {
        loop {
            let listening = if listener == HTTP { &self.http } else { &self.https };
            match listening.accept() {
                Ok((stream, _)) => self.connect(listener, stream),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return,
                    io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted => {}
                    // No file descriptors or no memory: what is closed in the meantime makes room.
                    _ => return self.timers.insert(Instant::now() + ACCEPT_PAUSE, listener),
                },
            }
        }
    }

    /// A connection that cannot be set up is dropped, which its peer sees.
    fn connect(&mut self, listener: Token, mut stream: mio::net::TcpStream) {
        if self.connections.len() >= self.max_connections {
            return Transport::plain(stream).reset_on_drop();
        }
        let entry = self.connections.vacant_entry();
        let token = Token(entry.key() + FIRST_CONNECTION);
        let both = Interest::READABLE | Interest::WRITABLE;
        if self.poll.registry().register(&mut stream, token, both).is_err() {
            return;
        }
        let transport =
            if listener == HTTP { Ok(Transport::plain(stream)) } else { Transport::tls(stream, &self.tls) };
        if let Ok(transport) = transport {
            entry.insert(Connection::new(transport, &mut self.site));
        }
    }

    fn advance(&mut self, token: Token) {
        let Some(connection) = self.connections.get_mut(key(token)) else {
            return;
        };
        let before = connection.wake_at();
        let next = connection.advance(&mut self.site, &mut self.scratch);
        let after = connection.wake_at().filter(|_| next != Next::Gone);
        self.timers.change(token, before, after);
        match next {
            Next::Wait => {}
            Next::Again => self.again.push(token),
            Next::Gone => self.connections.remove(key(token)).leave(&mut self.site),
        }
    }

    fn advance_all(&mut self) {
        let keys: Vec<_> = self.connections.iter().map(|(key, _)| key).collect();
        for key in keys {
            self.advance(Token(key + FIRST_CONNECTION));
        }
    }

    fn obey(&mut self) -> ControlFlow<()> {
        for command in self.commands.try_iter() {
            match command {
                Command::Counters(answer) => {
                    let _ = answer.send(self.site.tally.snapshot());
                }
                Command::ResetCounters(answer) => {
                    self.site.tally.reset();
                    let _ = answer.send(());
                }
                Command::Heads(answer) => {
                    let _ = answer.send(self.site.heads());
                }
                Command::Hold(holds, answer) => {
                    self.site.holds = holds.into();
                    let _ = answer.send(());
                }
                Command::Stop => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(())
    }
}

fn key(token: Token) -> usize {
    token.0 - FIRST_CONNECTION
}
