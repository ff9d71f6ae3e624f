//! The event loop: waits for everything at once, and hands each event to whom it concerns.
//!
//! A turn waits until a socket is ready, a timer expires or a worker is done, and lets the downloads go on that were
//! waiting for that, step by step. What has ended goes into a queue of callbacks, which the client calls between the
//! steps, when nothing of the loop is borrowed: therefore a callback may do whatever it likes with the client.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::{Events, Interest, Poll, Token, Waker};
use photo::{Config, Error, Origin, Phase, Pool, tls};
use rustls::ClientConfig;
use slab::Slab;

use crate::connection::Connection;
use crate::download::{Download, DownloadKey, Resolved};
use crate::offload::Workers;
use crate::timers::{TimerKey, Timers};

/// A callback on its way to being called.
pub(crate) type Callback = Box<dyn FnOnce()>;

/// Most sockets that are reported in one turn; the others are reported in the next.
const EVENTS_PER_TURN: usize = 1024;

/// The token of the waker; those of connections count from 0.
const WAKER: Token = Token(usize::MAX - 1);

/// All that is pending, and the means to wait for it.
pub(crate) struct EventLoop {
    pub(crate) config: Arc<Config>,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) downloads: Slab<Download>,
    pub(crate) connections: Slab<Watched>,
    /// The keys of connections that belong to no download.
    pub(crate) idle: Pool<usize>,
    /// Of the download that was started last.
    pub(crate) serial: u64,
    /// Downloads that go on in the next turn without an event: new ones, and those that had their share of this one.
    pub(crate) runnable: VecDeque<DownloadKey>,
    pub(crate) timers: Timers<TimerOwner>,
    pub(crate) workers: Workers<Finished>,
    /// When the clock was read last: not for each event, but after whatever may have taken long.
    pub(crate) now: Instant,
    /// What was reported in this turn and is not handled yet.
    ready: VecDeque<Ready>,
    /// How many of the runnable ones belong to this turn; what they add is for the next.
    turn_ends_after: usize,
    offloads: Slab<Callback>,
    callbacks: VecDeque<Callback>,
    user_timers: usize,
    events: Events,
    poll: Poll,
}

/// A connection and whose it is.
pub(crate) struct Watched {
    pub(crate) connection: Connection,
    pub(crate) owner: Owner,
}

/// Whom an event on a connection concerns.
pub(crate) enum Owner {
    Download(DownloadKey),
    /// Nobody at present; it is kept for this origin.
    Idle(Origin),
}

/// A connection that is ready, as an event says.
struct Ready {
    connection: usize,
    /// The stream has ended, or failed.
    ended: bool,
}

impl From<&Event> for Ready {
    fn from(event: &Event) -> Self {
        Self { connection: event.token().0, ended: event.is_read_closed() || event.is_error() }
    }
}

/// The owner of a timer.
pub(crate) enum TimerOwner {
    Download(DownloadKey),
    User(Callback),
}

/// What a worker has done.
pub(crate) enum Finished {
    Resolve(DownloadKey, Resolved),
    User(usize),
}

impl EventLoop {
    pub(crate) fn new(config: Config) -> Result<Self, Error> {
        let config = config.checked()?;
        let setup = |source| Error::Io { phase: Phase::Setup, source: Arc::new(source) };
        let poll = Poll::new().map_err(setup)?;
        let waker = Waker::new(poll.registry(), WAKER).map_err(setup)?;
        Ok(Self {
            tls: tls::client_config(&config)?,
            idle: Pool::new(&config),
            config,
            downloads: Slab::new(),
            serial: 0,
            connections: Slab::new(),
            runnable: VecDeque::new(),
            timers: Timers::new(),
            workers: Workers::new(waker),
            now: Instant::now(),
            ready: VecDeque::new(),
            turn_ends_after: 0,
            offloads: Slab::new(),
            callbacks: VecDeque::new(),
            user_timers: 0,
            events: Events::with_capacity(EVENTS_PER_TURN),
            poll,
        })
    }

    /// Whether anything will call a callback some day.
    pub(crate) fn is_pending(&self) -> bool {
        !(self.callbacks.is_empty() && self.downloads.is_empty() && self.offloads.is_empty())
            || self.user_timers > 0
    }

    /// Reads the clock, once for all that is done until a callback is called or the loop waits again.
    pub(crate) fn update_now(&mut self) {
        self.now = Instant::now();
    }

    /// Does one thing: handles an event, if there is one, or waits for more. Returns false if nothing is pending.
    ///
    /// One at a time, because the callback that an event leads to is called before the next event is handled: else
    /// the photos of a whole turn would be held at once.
    pub(crate) fn step(&mut self) -> bool {
        if let Some(ready) = self.ready.pop_front() {
            self.on_ready(ready);
        } else if let Some(finished) = self.workers.result() {
            self.on_finished(finished);
        } else if let Some(owner) = self.timers.pop_expired(self.now) {
            self.on_timer(owner);
        } else if self.turn_ends_after > 0 {
            // After the events, which tell of idle connections that must not be used again.
            self.turn_ends_after -= 1;
            if let Some(key) = self.runnable.pop_front() {
                self.advance(key);
            }
        } else if self.is_pending() {
            self.wait();
        } else {
            return false;
        }
        true
    }

    /// Has `callback` called as soon as nothing of the loop is borrowed.
    pub(crate) fn call_soon(&mut self, callback: Callback) {
        self.callbacks.push_back(callback);
    }

    /// How many callbacks are to be called now; what they add is for later.
    pub(crate) fn callbacks_due(&self) -> usize {
        self.callbacks.len()
    }

    pub(crate) fn next_callback(&mut self) -> Option<Callback> {
        self.callbacks.pop_front()
    }

    /// Has `callback` called at a time.
    pub(crate) fn call_at(&mut self, at: Instant, callback: Callback) -> TimerKey {
        self.user_timers += 1;
        self.timers.set(at, TimerOwner::User(callback))
    }

    /// Takes a callback back, unless its time has come.
    pub(crate) fn cancel_timer(&mut self, key: TimerKey) -> Option<TimerOwner> {
        let owner = self.timers.cancel(key)?;
        self.user_timers -= 1;
        Some(owner)
    }

    /// Has `work` done by a worker, or in a callback if the operating system allows no worker, and `callback` called
    /// when it is done.
    pub(crate) fn offload(&mut self, work: Box<dyn FnOnce() + Send>, callback: Callback) {
        let key = self.offloads.insert(callback);
        let work = move || {
            work();
            Finished::User(key)
        };
        if let Err((work, _)) = self.workers.submit(Box::new(work)) {
            let callback = self.offloads.remove(key);
            self.call_soon(Box::new(move || {
                work();
                callback();
            }));
        }
    }

    /// Begins to watch a connection for a download.
    pub(crate) fn watch(&mut self, connection: Connection, key: DownloadKey) -> io::Result<usize> {
        let slot = self.connections.vacant_entry();
        let token = Token(slot.key());
        let watched = slot.insert(Watched { connection, owner: Owner::Download(key) });
        // For both directions and for good: a kept connection is never registered again.
        let interest = Interest::READABLE | Interest::WRITABLE;
        match self.poll.registry().register(watched.connection.source(), token, interest) {
            Ok(()) => Ok(token.0),
            Err(error) => {
                self.connections.remove(token.0);
                Err(error)
            }
        }
    }

    /// Closes a connection.
    pub(crate) fn close(&mut self, connection: usize) {
        let mut watched = self.connections.remove(connection);
        // An error would mean that it is not watched, and that is what is wanted.
        let _ = self.poll.registry().deregister(watched.connection.source());
    }

    fn wait(&mut self) {
        let timeout = if self.runnable.is_empty() && self.callbacks.is_empty() {
            self.timers.next_at().map(|at| at.saturating_duration_since(Instant::now()))
        } else {
            Some(Duration::ZERO)
        };
        match self.poll.poll(&mut self.events, timeout) {
            Ok(()) => self.ready.extend(self.events.iter().map(Ready::from)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => panic!("the operating system refuses to wait for events: {error}"),
        }
        self.update_now();
        self.turn_ends_after = self.runnable.len();
    }

    fn on_ready(&mut self, Ready { connection, ended }: Ready) {
        // Of one that an earlier event of this turn has closed, nobody wants to hear; and the waker is none.
        let Some(watched) = self.connections.get_mut(connection) else { return };
        watched.connection.note(ended);
        match &watched.owner {
            &Owner::Download(key) => self.advance(key),
            Owner::Idle(_) if watched.connection.is_open() => {}
            Owner::Idle(origin) => {
                self.idle.remove(origin, |idle| *idle == connection);
                self.close(connection);
            }
        }
    }

    fn on_timer(&mut self, owner: TimerOwner) {
        match owner {
            TimerOwner::Download(key) => self.on_deadline(key),
            TimerOwner::User(callback) => {
                self.user_timers -= 1;
                self.call_soon(callback);
            }
        }
    }

    fn on_finished(&mut self, finished: Finished) {
        match finished {
            Finished::Resolve(key, resolved) => self.on_resolved(key, resolved),
            Finished::User(key) => {
                let callback = self.offloads.remove(key);
                self.call_soon(callback);
            }
        }
    }
}
