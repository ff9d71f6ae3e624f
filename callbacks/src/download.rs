//! One download: resolve, connect, send, receive; then the same for each redirect.
//!
//! No function reads like this list, because no function may wait. The list is cut at each wait, and events join the
//! pieces. Each piece does all that is possible now, stores its next wait in [`State`], and returns. When the wait is
//! over, [`Downloads::next_callback`] calls [`advance`](Downloads::advance).

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use photo::{Config, Deadline, Error, Exchange, Phase, Photo, Pool, Progress, tls};
use rustls::ClientConfig;
use slab::Slab;

use crate::cancel::{self, Flag};
use crate::reactor::{Callback, Event, Reactor};
use crate::resolve::Resolver;
use crate::timers::TimerKey;

mod connect;
mod state;
mod timeouts;
mod transfer;

use state::State;

/// Space for one read, in bytes: the head of a reply, and mostly the whole photo after it.
const SCRATCH: usize = 64 << 10;

/// The callback for the photo or the error.
pub(crate) type OnComplete = Box<dyn FnOnce(Result<Photo, Error>)>;

/// The callback for progress. Queued calls share it.
pub(crate) type OnProgress = Rc<RefCell<dyn FnMut(Progress)>>;

/// All downloads, and the reactor that waits for them.
pub(crate) struct Downloads {
    pub(crate) config: Arc<Config>,
    pub(crate) reactor: Reactor<DownloadKey>,
    tls: Arc<ClientConfig>,
    pending: Slab<Download>,
    /// The timer of each slot of `pending`. It outlives its download, because it mostly expires early enough for the
    /// next one.
    timers: Vec<Option<TimerKey>>,
    /// The serial number of the latest download.
    serial: u64,
    /// Downloads that advance without an event: new ones, and those that used up their share of the previous turn.
    runnable: VecDeque<DownloadKey>,
    /// The number of them that advance in this turn; the others advance in the next.
    runnable_now: usize,
    resolver: Resolver<DownloadKey>,
    /// Connections that belong to no download.
    idle: Pool<usize>,
    /// The buffer into which heads are read: one for all downloads, since one reads at a time.
    scratch: Box<[u8]>,
}

/// A download in progress.
pub(crate) struct Download {
    serial: u64,
    exchange: Box<Exchange>,
    on_progress: Option<OnProgress>,
    on_complete: OnComplete,
    /// The flag of the client that started it.
    cancelled: Option<Arc<Flag>>,
    deadline: Deadline,
    state: State,
}

/// Identifies one download among all others, past and future. Keys are ordered by the start of their downloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DownloadKey {
    serial: u64,
    slot: usize,
}

impl Downloads {
    pub(crate) fn new(config: Config) -> Result<Self, Error> {
        let config = config.checked()?;
        let reactor = Reactor::new().map_err(setup_error)?;
        Ok(Self {
            tls: tls::client_config(&config)?,
            pending: Slab::new(),
            timers: Vec::new(),
            serial: 0,
            runnable: VecDeque::new(),
            runnable_now: 0,
            resolver: Resolver::new(Arc::clone(&config), reactor.waker()),
            idle: Pool::new(&config),
            scratch: vec![0; SCRATCH].into(),
            config,
            reactor,
        })
    }

    /// Starts a download; it advances in the next turn.
    pub(crate) fn start(
        &mut self,
        exchange: Box<Exchange>,
        on_progress: Option<OnProgress>,
        on_complete: OnComplete,
        cancelled: Option<Arc<Flag>>,
    ) -> DownloadKey {
        self.serial += 1;
        let serial = self.serial;
        let deadline = Deadline::new(&self.config, Instant::now());
        let slot = self.pending.vacant_entry();
        let key = DownloadKey { serial, slot: slot.key() };
        let state = State::Start { fresh: false };
        slot.insert(Download { serial, exchange, on_progress, on_complete, cancelled, deadline, state });
        self.set_timer(key, deadline.at());
        self.runnable.push_back(key);
        key
    }

    /// Ends a download early, unless it has ended already.
    pub(crate) fn cancel(&mut self, key: DownloadKey) {
        if self.download(key).is_some() {
            let callback = self.remove(key, Err(Error::Cancelled));
            self.reactor.defer(callback);
        }
    }

    pub(crate) fn cancel_all(&mut self) {
        self.cancel_each(|_| true);
    }

    /// Cancels the downloads of cancelled clients, and calls their timers.
    pub(crate) fn end_cancelled(&mut self) {
        self.cancel_each(|download| cancel::is_set(download.cancelled.as_ref()));
        self.reactor.end_cancelled();
    }

    fn cancel_each(&mut self, chosen: impl Fn(&Download) -> bool) {
        let chosen = self.pending.iter().filter(|(_, download)| chosen(download));
        let mut keys: Vec<_> =
            chosen.map(|(slot, download)| DownloadKey { serial: download.serial, slot }).collect();
        keys.sort_unstable();
        for key in keys {
            self.cancel(key);
        }
    }

    /// Whether a callback remains to be called.
    pub(crate) fn is_pending(&self) -> bool {
        !self.pending.is_empty() || self.reactor.is_pending()
    }

    /// The time to wait for events.
    pub(crate) fn next_timeout(&self) -> Option<Duration> {
        if self.runnable.is_empty() && !self.resolver.has_answers() {
            self.reactor.next_timeout(!self.pending.is_empty())
        } else {
            Some(Duration::ZERO)
        }
    }

    /// Starts a turn: waits for events, for up to `timeout`, or not at all if nothing is pending. Returns whether
    /// another thread has called the waker.
    pub(crate) fn wait(&mut self, timeout: Option<Duration>) -> bool {
        let timeout = if self.is_pending() { timeout } else { Some(Duration::ZERO) };
        let woken = self.reactor.wait(self.next_timeout().into_iter().chain(timeout).min());
        if woken {
            self.resolver.collect();
        }
        self.runnable_now = self.runnable.len();
        woken
    }

    /// Advances the downloads that have events, until a download or a timer leads to a callback; returns `None` when
    /// the turn is over.
    pub(crate) fn next_callback(&mut self) -> Option<Callback> {
        loop {
            match self.reactor.next_event() {
                Some(Event::Callback(callback)) => return Some(callback),
                Some(Event::Ready(key)) => self.advance(key),
                Some(Event::Idle(connection)) => self.check_idle(connection),
                Some(Event::Expired(key)) => self.on_timer(key),
                None => {
                    if let Some((key, resolved)) = self.resolver.next_answer() {
                        self.on_resolved(key, resolved);
                    } else {
                        // These come last, because an event may close an idle connection that must not be used again.
                        self.runnable_now = self.runnable_now.checked_sub(1)?;
                        let key = self.runnable.pop_front()?;
                        self.advance(key);
                    }
                }
            }
        }
    }

    /// Does all that is possible without waiting.
    fn advance(&mut self, key: DownloadKey) {
        let Some(download) = self.download(key) else { return };
        match download.state {
            State::Start { fresh } => self.find_connection(key, fresh),
            State::Resolve => {}
            State::Connect(_) => self.connect(key),
            State::Handshake { connection } => self.handshake(key, connection),
            State::Transfer { connection, flushed: false, .. } => self.send(key, connection, true),
            State::Transfer { connection, .. } => self.receive(key, connection),
        }
    }

    /// Ends a download, successful or not.
    fn complete(&mut self, key: DownloadKey, result: Result<Photo, Error>) {
        let callback = self.remove(key, result);
        self.reactor.call(callback);
    }

    /// Removes a download and closes its connection, if any; returns its last callback.
    fn remove(&mut self, key: DownloadKey, result: Result<Photo, Error>) -> Callback {
        let Download { exchange, state, .. } = &self.pending[key.slot];
        if let State::Resolve = state {
            self.resolver.forget(exchange.origin(), key);
        }
        self.drop_connection(key);
        let Download { on_progress, on_complete, .. } = self.pending.remove(key.slot);
        Box::new(move || {
            drop(on_progress); // nothing is borrowed here: its state may hold a client
            on_complete(result);
        })
    }

    fn start_again(&mut self, key: DownloadKey, fresh: bool) {
        let download = &mut self.pending[key.slot];
        download.state = State::Start { fresh };
        download.deadline.connecting(&self.config, self.reactor.now);
        let at = download.deadline.at();
        self.set_timer(key, at);
        self.runnable.push_back(key);
    }

    fn on_failure(&mut self, key: DownloadKey, error: io::Error) {
        let error = self.pending[key.slot].exchange.failed(error);
        self.on_error(key, error);
    }

    fn on_error(&mut self, key: DownloadKey, error: Error) {
        let download = &mut self.pending[key.slot];
        let was_kept = matches!(download.state, State::Transfer { kept: true, .. });
        if was_kept && download.exchange.restart(&error) {
            // The server had closed the kept connection in the meantime: try again on a fresh one.
            self.drop_connection(key);
            return self.start_again(key, true);
        }
        self.complete(key, Err(error));
    }

    fn download(&self, key: DownloadKey) -> Option<&Download> {
        self.pending.get(key.slot).filter(|download| download.serial == key.serial)
    }
}

/// The error of a client that cannot be set up.
pub(crate) fn setup_error(source: io::Error) -> Error {
    Error::Io { phase: Phase::Setup, source: Arc::new(source) }
}

impl Download {
    fn phase(&self) -> Phase {
        match self.state {
            State::Start { .. } | State::Connect(_) => Phase::Connect,
            State::Resolve => Phase::Resolve,
            State::Handshake { .. } => Phase::Handshake,
            // TLS may still hold back bytes of the exchange.
            State::Transfer { flushed: false, .. } => Phase::Send,
            State::Transfer { .. } => self.exchange.phase(),
        }
    }

    fn take_connection(&mut self) -> Option<usize> {
        match std::mem::replace(&mut self.state, State::Start { fresh: true }) {
            State::Handshake { connection } | State::Transfer { connection, .. } => Some(connection),
            State::Start { .. } | State::Resolve | State::Connect(_) => None,
        }
    }
}
