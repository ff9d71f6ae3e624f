//! One download: resolve, connect, send, receive; and again where a redirect leads.
//!
//! There is no function that reads as this list, for none may wait. The list is cut at each wait, and the pieces are
//! joined by events: each piece does what can be done now, notes in [`State`] what it waits for, and returns to the
//! loop, which calls [`EventLoop::advance`] when that has come.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use photo::{Deadline, Error, Exchange, Phase, Photo, Progress, Step};

use crate::event_loop::{EventLoop, TimerOwner};
use crate::timers::TimerKey;

mod connect;
mod timeouts;

/// Most bytes that one download receives in one turn, so that a fast server cannot starve the others.
const BYTES_PER_TURN: usize = 1 << 20;

/// What is called with the photo or the error.
pub(crate) type OnComplete = Box<dyn FnOnce(Result<Photo, Error>)>;

/// What is called when some bytes have come. Shared with the calls that are on their way.
pub(crate) type OnProgress = Rc<RefCell<dyn FnMut(Progress)>>;

/// What the resolver says.
pub(crate) type Resolved = Result<Vec<SocketAddr>, Error>;

/// A download in progress.
pub(crate) struct Download {
    serial: u64,
    exchange: Box<Exchange>,
    on_progress: Option<OnProgress>,
    on_complete: OnComplete,
    deadline: Deadline,
    /// Set once, and not again while it is early enough: most downloads end long before.
    timer: TimerKey,
    state: State,
}

/// Tells one download from all others, past and future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DownloadKey {
    slot: usize,
    serial: u64,
}

/// What a download waits for.
enum State {
    /// The next turn.
    Start { fresh: bool },
    /// A worker, which asks the resolver, unless this is gone when its turn comes.
    Resolve { _wanted: Arc<()> },
    /// One of the addresses to accept the connection, until its share of the time is over.
    Connect { connection: usize, addresses: Vec<SocketAddr>, next: usize, end: Instant },
    /// The TLS handshake.
    Handshake { connection: usize },
    /// The request to be sent and the reply to come.
    Transfer { connection: usize, kept: bool, flushed: bool },
}

impl EventLoop {
    /// Starts a download; it goes on in the next turn.
    pub(crate) fn start(
        &mut self,
        exchange: Box<Exchange>,
        on_progress: Option<OnProgress>,
        on_complete: OnComplete,
    ) -> DownloadKey {
        self.serial += 1;
        let serial = self.serial;
        let deadline = Deadline::new(&self.config, Instant::now());
        let slot = self.downloads.vacant_entry();
        let key = DownloadKey { slot: slot.key(), serial };
        let timer = self.timers.set(deadline.at(), TimerOwner::Download(key));
        let state = State::Start { fresh: false };
        slot.insert(Download { serial, exchange, on_progress, on_complete, deadline, timer, state });
        self.runnable.push_back(key);
        key
    }

    /// Does what can be done now: called when the socket of a download is ready.
    pub(crate) fn advance(&mut self, key: DownloadKey) {
        let Some(download) = self.download(key) else { return };
        match download.state {
            State::Start { fresh } => self.find_connection(key, fresh),
            State::Resolve { .. } => {}
            State::Connect { connection, .. } => self.connect(key, connection),
            State::Handshake { connection } => self.handshake(key, connection),
            State::Transfer { connection, flushed: false, .. } => self.send(key, connection, true),
            State::Transfer { connection, .. } => self.receive(key, connection),
        }
    }

    /// Ends a download, successful or not. Its callback is called soon; a connection it still has is closed.
    pub(crate) fn complete(&mut self, key: DownloadKey, result: Result<Photo, Error>) {
        if self.download(key).is_none() {
            return; // it has ended already
        }
        self.drop_connection(key);
        let Download { on_progress, on_complete, timer, .. } = self.downloads.remove(key.slot);
        self.timers.cancel(timer);
        self.call_soon(Box::new(move || {
            drop(on_progress); // here, with nothing borrowed: what it holds may have a client
            on_complete(result);
        }));
    }

    fn transfer(&mut self, key: DownloadKey, connection: usize, kept: bool) {
        self.downloads[key.slot].state = State::Transfer { connection, kept, flushed: false };
        self.moved(key);
        self.send(key, connection, !kept);
    }

    /// Sends the request. An event that was about sending may have been about receiving too, if the server did not
    /// wait for the request: then there will be no other, and `then_receive` looks at once.
    fn send(&mut self, key: DownloadKey, connection: usize, then_receive: bool) {
        loop {
            let exchange = &mut self.downloads[key.slot].exchange;
            let socket = &mut self.connections[connection].connection;
            if exchange.to_send().is_empty() {
                match socket.flush() {
                    Ok(()) => break,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                    Err(error) => return self.on_failure(key, error),
                }
            }
            match socket.send(exchange) {
                Ok(sent) => exchange.sent(sent),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => return self.on_failure(key, error),
            }
            self.moved(key);
        }
        if let State::Transfer { flushed, .. } = &mut self.downloads[key.slot].state {
            *flushed = true;
        }
        if then_receive {
            self.receive(key, connection);
        }
    }

    fn receive(&mut self, key: DownloadKey, connection: usize) {
        let mut total = 0;
        while total < BYTES_PER_TURN {
            let exchange = &mut self.downloads[key.slot].exchange;
            let socket = &mut self.connections[connection].connection;
            let received = match socket.receive(exchange) {
                Ok(received) => received,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if socket.has_moved() {
                        self.moved(key);
                    }
                    return;
                }
                Err(error) => return self.on_failure(key, error),
            };
            total += received.length;
            match exchange.filled(received.length) {
                Ok(Step::Done { photo, reuse }) => {
                    self.release_connection(key, reuse);
                    self.tell_progress(key, photo.received());
                    return self.complete(key, Ok(photo));
                }
                Ok(Step::Redirect { next, reuse }) => return self.redirect(key, next, reuse),
                Ok(Step::More) => {
                    self.moved(key);
                    self.tell_progress(key, self.downloads[key.slot].exchange.progress());
                }
                Err(error) => return self.on_error(key, error),
            }
            if received.drained {
                return;
            }
        }
        self.runnable.push_back(key);
    }

    fn tell_progress(&mut self, key: DownloadKey, progress: Progress) {
        if progress.received == 0 && progress.total != Some(0) {
            return; // only the head has come
        }
        if let Some(on_progress) = self.downloads[key.slot].on_progress.clone() {
            self.call_soon(Box::new(move || on_progress.borrow_mut()(progress)));
        }
    }

    fn redirect(&mut self, key: DownloadKey, next: Box<Exchange>, reuse: bool) {
        self.release_connection(key, reuse);
        self.downloads[key.slot].exchange = next;
        self.start_again(key, false);
    }

    fn start_again(&mut self, key: DownloadKey, fresh: bool) {
        let download = &mut self.downloads[key.slot];
        download.state = State::Start { fresh };
        download.deadline.connecting(&self.config, self.now);
        let at = download.deadline.at();
        self.set_timer(key, at);
        self.runnable.push_back(key);
    }

    fn on_failure(&mut self, key: DownloadKey, error: io::Error) {
        let error = self.downloads[key.slot].exchange.failed(error);
        self.on_error(key, error);
    }

    fn on_error(&mut self, key: DownloadKey, error: Error) {
        let download = &mut self.downloads[key.slot];
        let was_kept = matches!(download.state, State::Transfer { kept: true, .. });
        if was_kept && download.exchange.restart(&error) {
            // The server had closed the kept connection in the meantime: once more, on a fresh one.
            self.drop_connection(key);
            return self.start_again(key, true);
        }
        self.complete(key, Err(error));
    }

    fn download(&self, key: DownloadKey) -> Option<&Download> {
        self.downloads.get(key.slot).filter(|download| download.serial == key.serial)
    }
}

impl Download {
    fn phase(&self) -> Phase {
        match self.state {
            State::Start { .. } | State::Connect { .. } => Phase::Connect,
            State::Resolve { .. } => Phase::Resolve,
            State::Handshake { .. } => Phase::Handshake,
            // TLS may hold back what the exchange has handed out.
            State::Transfer { flushed: false, .. } => Phase::Send,
            State::Transfer { .. } => self.exchange.phase(),
        }
    }

    fn take_connection(&mut self) -> Option<usize> {
        match std::mem::replace(&mut self.state, State::Start { fresh: true }) {
            State::Connect { connection, .. }
            | State::Handshake { connection }
            | State::Transfer { connection, .. } => Some(connection),
            State::Start { .. } | State::Resolve { .. } => None,
        }
    }
}
