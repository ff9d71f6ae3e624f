//! The reactor: one wait for sockets, timers, worker threads and callbacks.
//!
//! It knows no download: a socket or a timer belongs to a key, of type `K`, and an [`Event`] names that key. A turn is
//! [`wait`](Reactor::wait), then [`next_event`](Reactor::next_event) until it returns `None`.

use std::collections::VecDeque;
use std::io;
use std::iter;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};
use slab::Slab;

use crate::cancel::{self, Flag};
use crate::connection::Connection;
use crate::offload::{Threads, Workers};
use crate::timers::{TimerKey, Timers};

/// A callback that waits to be called.
pub(crate) type Callback = Box<dyn FnOnce()>;

/// A callback that waits for its time; if cancelled, it is called early.
pub(crate) struct Delayed {
    pub(crate) callback: Callback,
    pub(crate) cancelled: Option<Arc<Flag>>,
}

/// Most sockets that are reported in one turn; the next turn reports the others.
const EVENTS_PER_TURN: usize = 1024;

/// The threads of the user's work: at most four, the default of libuv, because it should wait, not compute.
const WORKERS: Threads =
    Threads { name: "photo-worker", most: 4, stack: None, max_idle: Duration::from_secs(10) };

/// The token of the waker; those of connections count from 0.
const WAKER: Token = Token(usize::MAX - 1);

pub(crate) struct Reactor<K> {
    /// The last reading of the clock: after each wait and each callback, not for each event.
    pub(crate) now: Instant,
    /// Timers set after this moment expire in a later turn, so that a turn always ends.
    turn_began: Instant,
    connections: Slab<Registered<K>>,
    registrations: u64,
    ready: VecDeque<Ready>,
    timers: Timers<K>,
    delayed: Timers<Delayed>,
    workers: Workers<usize>,
    offloaded: Slab<Callback>,
    finished: VecDeque<usize>,
    /// Callbacks of this turn.
    due: VecDeque<Callback>,
    /// Callbacks of the next turn.
    deferred: VecDeque<Callback>,
    waker: Arc<mio::Waker>,
    events: Events,
    /// Whether the last wait reported as many events as it could, so that there may be more.
    events_left: bool,
    poll: Poll,
}

/// Something that happened.
pub(crate) enum Event<K> {
    /// The connection of `K` is ready.
    Ready(K),
    /// A connection without an owner is ready: the server has closed it, or sent bytes that no request asked for.
    Idle(usize),
    /// A timer of `K` has expired.
    Expired(K),
    /// A callback must be called, while nothing here is borrowed.
    Callback(Callback),
}

struct Registered<K> {
    connection: Connection,
    owner: Option<K>,
    registration: u64,
}

/// An event on a connection. The next connection may get the number of a closed one, but never its registration. So
/// an event reported before the close is not taken for one of the next connection.
struct Ready {
    connection: usize,
    registration: u64,
    /// The stream has ended or failed.
    ended: bool,
}

impl<K: Copy> Reactor<K> {
    pub(crate) fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(mio::Waker::new(poll.registry(), WAKER)?);
        let now = Instant::now();
        Ok(Self {
            now,
            turn_began: now,
            connections: Slab::new(),
            registrations: 0,
            ready: VecDeque::new(),
            timers: Timers::new(),
            delayed: Timers::new(),
            workers: Workers::new(WORKERS, Arc::clone(&waker)),
            offloaded: Slab::new(),
            finished: VecDeque::new(),
            due: VecDeque::new(),
            deferred: VecDeque::new(),
            waker,
            events: Events::with_capacity(EVENTS_PER_TURN),
            events_left: false,
            poll,
        })
    }

    /// Ends the wait from another thread.
    pub(crate) fn waker(&self) -> Arc<mio::Waker> {
        Arc::clone(&self.waker)
    }

    /// Another handle to the file descriptor, which is readable when there are events.
    pub(crate) fn registry(&self) -> io::Result<mio::Registry> {
        self.poll.registry().try_clone()
    }

    /// Whether a callback remains to be called.
    pub(crate) fn is_pending(&self) -> bool {
        let called_now = self.due.len() + self.deferred.len() > 0;
        called_now || !self.offloaded.is_empty() || self.delayed.next_at().is_some()
    }

    /// The time to wait for events: until the next timer expires, or zero if something is due. The timers of keys,
    /// which may outlive their keys, count only if `has_keys`.
    pub(crate) fn next_timeout(&self, has_keys: bool) -> Option<Duration> {
        let left_by_a_panic = self.ready.len() + self.finished.len() + self.due.len() > 0;
        if left_by_a_panic || self.events_left || !self.deferred.is_empty() {
            return Some(Duration::ZERO);
        }
        let times = [self.timers.next_at().filter(|_| has_keys), self.delayed.next_at()];
        let next = times.into_iter().flatten().min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    /// Starts a turn: waits for events, for up to `timeout`. Returns whether another thread has called the waker.
    pub(crate) fn wait(&mut self, timeout: Option<Duration>) -> bool {
        match self.poll.poll(&mut self.events, timeout) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => self.events.clear(),
            Err(error) => panic!("the operating system refuses to wait for events: {error}"),
        }
        self.update_now();
        self.turn_began = self.now;
        self.due.append(&mut self.deferred);
        self.events_left = self.events.iter().count() == EVENTS_PER_TURN;
        let mut woken = false;
        for event in &self.events {
            if event.token() == WAKER {
                woken = true;
                self.finished.extend(iter::from_fn(|| self.workers.result()));
            } else if let Some(registered) = self.connections.get(event.token().0) {
                let ended = event.is_read_closed() || event.is_error();
                let registration = registered.registration;
                self.ready.push_back(Ready { connection: event.token().0, registration, ended });
            }
        }
        woken
    }

    /// The next event of this turn. A callback comes before the events after its own: otherwise the photos of a whole
    /// turn would be in memory together.
    pub(crate) fn next_event(&mut self) -> Option<Event<K>> {
        if let Some(callback) = self.due.pop_front() {
            return Some(Event::Callback(callback));
        }
        while let Some(Ready { connection, registration, ended }) = self.ready.pop_front() {
            let Some(registered) = self.connections.get_mut(connection) else { continue };
            if registered.registration == registration {
                registered.connection.note(ended);
                return Some(registered.owner.map_or(Event::Idle(connection), Event::Ready));
            }
        }
        if let Some(key) = self.finished.pop_front() {
            return Some(Event::Callback(self.offloaded.remove(key)));
        }
        if let Some(owner) = self.timers.pop_expired(self.turn_began) {
            return Some(Event::Expired(owner));
        }
        let delayed = self.delayed.pop_expired(self.turn_began)?;
        Some(Event::Callback(delayed.callback))
    }

    pub(crate) fn update_now(&mut self) {
        self.now = Instant::now();
    }

    /// Queues `callback` for this turn.
    pub(crate) fn call(&mut self, callback: Callback) {
        self.due.push_back(callback);
    }

    /// Queues `callback` for the next turn.
    pub(crate) fn defer(&mut self, callback: Callback) {
        self.deferred.push_back(callback);
    }

    /// Sets a timer that calls the callback at `at`.
    pub(crate) fn call_at(&mut self, at: Instant, delayed: Delayed) -> TimerKey {
        self.delayed.set(at, delayed)
    }

    /// Calls the cancelled callbacks in this turn.
    pub(crate) fn end_cancelled(&mut self) {
        let cancelled = self.delayed.take_all(|delayed| cancel::is_set(delayed.cancelled.as_ref()));
        self.due.extend(cancelled.map(|delayed| delayed.callback));
    }

    /// Cancels a timer, unless it has expired; returns its callback.
    pub(crate) fn cancel_call(&mut self, key: TimerKey) -> Option<Delayed> {
        self.delayed.cancel(key)
    }

    /// Runs `work` on a worker thread, or in a callback if the operating system refuses a thread; then calls
    /// `callback`.
    pub(crate) fn offload(&mut self, work: Box<dyn FnOnce() + Send>, callback: Callback) {
        let key = self.offloaded.insert(callback);
        let work = move || {
            work();
            key
        };
        if let Err((work, _)) = self.workers.submit(Box::new(work)) {
            let callback = self.offloaded.remove(key);
            self.defer(Box::new(move || {
                work();
                callback();
            }));
        }
    }

    pub(crate) fn set_timer(&mut self, at: Instant, owner: K) -> TimerKey {
        self.timers.set(at, owner)
    }

    pub(crate) fn cancel_timer(&mut self, key: TimerKey) {
        self.timers.cancel(key);
    }

    /// Watches a connection for `owner`, in both directions and until it is closed.
    pub(crate) fn register(&mut self, connection: Connection, owner: K) -> io::Result<usize> {
        self.registrations += 1;
        let registered = Registered { connection, owner: Some(owner), registration: self.registrations };
        let key = self.connections.insert(registered);
        let interest = Interest::READABLE | Interest::WRITABLE;
        let source = self.connections[key].connection.source();
        match self.poll.registry().register(source, Token(key), interest) {
            Ok(()) => Ok(key),
            Err(error) => {
                self.connections.remove(key);
                Err(error)
            }
        }
    }

    pub(crate) fn connection(&mut self, key: usize) -> &mut Connection {
        &mut self.connections[key].connection
    }

    /// Changes the owner of a connection; without an owner, it is idle.
    pub(crate) fn set_owner(&mut self, key: usize, owner: Option<K>) {
        self.connections[key].owner = owner;
    }

    pub(crate) fn close(&mut self, key: usize) {
        let mut registered = self.connections.remove(key);
        // An error would mean that it is not registered, which is the goal.
        let _ = self.poll.registry().deregister(registered.connection.source());
    }
}

#[cfg(test)]
mod tests;
