//! One thread for its share of the connections.

use std::io;
use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use mio::net::{TcpListener, TcpStream};
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
/// Capacity above the longest request head, so that a read always has space.
const SCRATCH_BYTES: usize = 32 << 10;
/// Pause of accepting when no file descriptors are left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// A command of the handle to the event loop, sent before the wake-up. An unawaited answer is dropped.
#[derive(Debug)]
pub(crate) enum Command {
    Counters(Sender<Counters>),
    ResetCounters(Sender<()>),
    Heads(Sender<Vec<Vec<u8>>>),
    Hold(Vec<Hold>, Sender<()>),
    /// A connection that the first loop has accepted for another one, at HTTP or HTTPS.
    Connect(Token, TcpStream),
    Stop,
}

/// The sending end of the commands.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    commands: Sender<Command>,
    waker: Arc<Waker>,
}

impl Inbox {
    /// If the loop has ended, the channel for an answer is closed, and the caller notices.
    pub(crate) fn send(&self, command: Command) {
        let _ = self.commands.send(command);
        self.wake();
    }

    fn wake(&self) {
        let _ = self.waker.wake();
    }
}

/// The listeners, the connections, and their timers.
#[derive(Debug)]
pub(crate) struct EventLoop {
    poll: Poll,
    /// The listeners for HTTP and HTTPS, in the first loop of a server.
    listeners: Option<[TcpListener; 2]>,
    tls: Arc<ServerConfig>,
    commands: Receiver<Command>,
    /// The other loops of the server.
    others: Vec<Inbox>,
    accepted: usize,
    site: Site,
    connections: Slab<Connection>,
    max_connections: usize,
    timers: Timers,
    again: Vec<Token>,
    scratch: Box<[u8]>,
    /// The number of gatherings that its connections have seen.
    gatherings: u64,
}

impl EventLoop {
    pub(crate) fn new(
        tls: Arc<ServerConfig>,
        site: Site,
        max_connections: usize,
    ) -> io::Result<(Self, Inbox)> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
        let (sender, commands) = mpsc::channel();
        let event_loop = Self {
            poll,
            listeners: None,
            tls,
            commands,
            others: Vec::new(),
            accepted: 0,
            site,
            connections: Slab::new(),
            max_connections,
            timers: Timers::default(),
            again: Vec::new(),
            scratch: vec![0; SCRATCH_BYTES].into(),
            gatherings: 0,
        };
        Ok((event_loop, Inbox { commands: sender, waker }))
    }

    /// Makes this loop accept the connections, for itself and the others in turn.
    pub(crate) fn listen(&mut self, mut http: TcpListener, mut https: TcpListener) -> io::Result<()> {
        let registry = self.poll.registry();
        registry.register(&mut http, HTTP, Interest::READABLE)?;
        registry.register(&mut https, HTTPS, Interest::READABLE)?;
        self.listeners = Some([http, https]);
        Ok(())
    }

    pub(crate) fn know(&mut self, others: Vec<Inbox>) {
        self.others = others;
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
        while self.site.open_requests.gatherings() > self.gatherings {
            self.gatherings = self.site.open_requests.gatherings();
            self.others.iter().for_each(Inbox::wake);
            self.advance_all();
        }
        // Commands come last, so that an answer includes all earlier events.
        Ok(if woken { self.obey() } else { ControlFlow::Continue(()) })
    }

    /// Accepts all waiting connections: there is no second event for them.
    fn accept(&mut self, listener: Token) {
        loop {
            let Some(listeners) = &self.listeners else { return };
            match listeners[listener.0].accept() {
                Ok((stream, _)) => self.share_out(listener, stream),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return,
                    io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted => {}
                    // No file descriptors or no memory are left: connections that close meanwhile free some.
                    _ => return self.timers.insert(Instant::now() + ACCEPT_PAUSE, listener),
                },
            }
        }
    }

    /// Assigns the connection to the next loop in turn, so that all have equal numbers.
    fn share_out(&mut self, listener: Token, stream: TcpStream) {
        let turn = self.accepted % (self.others.len() + 1);
        self.accepted += 1;
        match self.others.get(turn) {
            Some(other) => other.send(Command::Connect(listener, stream)),
            None => self.connect(listener, stream),
        }
    }

    /// Sets up a connection. A failure drops it, which its peer sees.
    fn connect(&mut self, listener: Token, mut stream: TcpStream) {
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
        while let Ok(command) = self.commands.try_recv() {
            match command {
                Command::Counters(answer) => {
                    let _ = answer.send(self.site.tally.snapshot());
                }
                Command::ResetCounters(answer) => {
                    self.site.reset();
                    let _ = answer.send(());
                }
                Command::Heads(answer) => {
                    let _ = answer.send(self.site.heads());
                }
                Command::Hold(holds, answer) => {
                    self.site.holds = holds.into();
                    let _ = answer.send(());
                }
                Command::Connect(listener, stream) => self.connect(listener, stream),
                Command::Stop => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(())
    }
}

fn key(token: Token) -> usize {
    token.0 - FIRST_CONNECTION
}
