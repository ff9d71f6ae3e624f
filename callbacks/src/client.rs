//! The client: what downloads share.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::rc::{Rc, Weak};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use photo::{Config, Deadline, Error, Exchange, Photo, Progress, Target};

use crate::download::{DownloadKey, Downloads, OnComplete, OnProgress};
use crate::timers::TimerKey;

/// Downloads photos, any number at once, and keeps connections for the next ones.
///
/// Clones are cheap and share everything. A client belongs to the thread that made it; the callbacks are called
/// there, from inside [`run`](Self::run). The rules:
///
/// 1. Each callback is called exactly once, with `Ok(photo)` or `Err(error)`.
/// 2. It is called on the thread that calls `run`, so it need not be `Send` and may share state by `Rc`.
/// 3. It is never called from inside `download`, `cancel` or `after`, not even for an error known at once.
/// 4. `cancel` leads to the same one call, with [`Error::Cancelled`], on a later turn of the loop.
/// 5. A callback may start downloads and timers, cancel others, clone and drop clients.
/// 6. A panic in a callback leaves `run` to its caller, and every other download is still there for the next `run`.
/// 7. When the last client is dropped, callbacks not yet called are dropped, not called. (A callback that has a
///    client of its own keeps the loop alive until it has been called: for ever, if nobody runs the loop.)
#[derive(Clone)]
pub struct Client {
    shared: Rc<Shared>,
}

struct Shared {
    downloads: RefCell<Downloads>,
    turning: Cell<bool>,
}

/// A download that has been started. Dropping this changes nothing: the download goes on.
#[derive(Clone)]
pub struct Download {
    client: Weak<Shared>,
    key: Option<DownloadKey>,
}

/// A timer that has been set. Dropping this changes nothing: the timer stays set.
#[derive(Clone)]
pub struct Timer {
    client: Weak<Shared>,
    key: TimerKey,
}

impl Client {
    /// A client with the limits of `config`, and its event loop.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfig`] if the configuration cannot work, [`Error::Io`] if the operating system has no
    /// files left for the loop.
    pub fn new(config: Config) -> Result<Self, Error> {
        let downloads = RefCell::new(Downloads::new(config)?);
        Ok(Self { shared: Rc::new(Shared { downloads, turning: Cell::new(false) }) })
    }

    /// Downloads the photo at `url`.
    ///
    /// Returns at once. `on_complete` is called later, from inside [`run`](Self::run), with the photo or with what
    /// went wrong.
    ///
    /// # Errors
    ///
    /// See [`Error`]; each variant says when it happens. All of them go to `on_complete`.
    pub fn download(&self, url: &str, on_complete: impl FnOnce(Result<Photo, Error>) + 'static) -> Download {
        self.start(Target::parse(url), None, Box::new(on_complete))
    }

    /// Downloads whatever is at `url`, photo or not, as if [`Config::verify_format`] were off.
    ///
    /// # Errors
    ///
    /// As [`download`](Self::download), but never [`Error::NotAPhoto`].
    pub fn fetch(&self, url: &str, on_complete: impl FnOnce(Result<Photo, Error>) + 'static) -> Download {
        self.start(Target::parse(url).map(Target::any_format), None, Box::new(on_complete))
    }

    /// Downloads the photo at `url`, and calls `on_progress` whenever some of it has come, at the end for the last
    /// time, before `on_complete`.
    ///
    /// # Errors
    ///
    /// As [`download`](Self::download).
    pub fn download_with_progress(
        &self,
        url: &str,
        on_progress: impl FnMut(Progress) + 'static,
        on_complete: impl FnOnce(Result<Photo, Error>) + 'static,
    ) -> Download {
        let on_progress = Rc::new(RefCell::new(on_progress));
        self.start(Target::parse(url), Some(on_progress), Box::new(on_complete))
    }

    /// Calls `callback` after `delay`, at the earliest.
    pub fn after(&self, delay: Duration, callback: impl FnOnce() + 'static) -> Timer {
        let at = Deadline::later(Instant::now(), delay);
        let key = self.shared.downloads.borrow_mut().reactor.call_at(at, Box::new(callback));
        Timer { client: Rc::downgrade(&self.shared), key }
    }

    /// Has `work`, which may block or take long, done by a worker thread, and calls `on_complete` with its result.
    ///
    /// At most four are done at once, the others wait their turn. A panic in `work` is thrown again where
    /// `on_complete` would have been called.
    pub fn offload<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
        on_complete: impl FnOnce(T) + 'static,
    ) {
        let (report, outcome) = mpsc::channel();
        let work = move || {
            // Nobody hears it if the client is gone.
            let _ = report.send(panic::catch_unwind(AssertUnwindSafe(work)));
        };
        let callback = move || match outcome.recv() {
            Ok(Ok(value)) => on_complete(value),
            Ok(Err(payload)) => panic::resume_unwind(payload),
            Err(_) => unreachable!("a worker reports before it is done"),
        };
        self.shared.downloads.borrow_mut().reactor.offload(Box::new(work), Box::new(callback));
    }

    /// Turns the loop until nothing is pending: no download, no timer, no work, no callback.
    ///
    /// Called from inside a callback it returns at once, since the loop is turning already.
    ///
    /// # Panics
    ///
    /// If a callback does. Call it again to go on with the others.
    pub fn run(&self) {
        while self.turn() {}
    }

    fn turn(&self) -> bool {
        let Some(_turning) = Turning::enter(&self.shared.turning) else { return false };
        let downloads = &self.shared.downloads;
        downloads.borrow_mut().wait(None);
        loop {
            let callback = downloads.borrow_mut().next_callback();
            let Some(callback) = callback else { break };
            callback(); // nothing is borrowed: it may use the client
            downloads.borrow_mut().reactor.update_now(); // it may have taken long
        }
        downloads.borrow().is_pending()
    }

    fn start(
        &self,
        target: Result<Target, Error>,
        on_progress: Option<OnProgress>,
        on_complete: OnComplete,
    ) -> Download {
        let mut downloads = self.shared.downloads.borrow_mut();
        let exchange = target.and_then(|target| Exchange::of(target, Arc::clone(&downloads.config)));
        let key = match exchange {
            Ok(exchange) => Some(downloads.start(Box::new(exchange), on_progress, on_complete)),
            Err(error) => {
                downloads.reactor.defer(Box::new(move || on_complete(Err(error))));
                None
            }
        };
        Download { client: Rc::downgrade(&self.shared), key }
    }
}

/// With the default [`Config`].
impl Default for Client {
    fn default() -> Self {
        Self::new(Config::default()).expect("the default configuration works and there are files left")
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Download {
    /// Stops the download: its connection is closed at once, and its callback is called on a later turn of the loop
    /// with [`Error::Cancelled`]. Does nothing if the download has ended.
    pub fn cancel(&self) {
        if let (Some(client), Some(key)) = (self.client.upgrade(), self.key) {
            client.downloads.borrow_mut().cancel(key);
        }
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Timer {
    /// Takes the timer back: its callback is dropped. Does nothing if its time has come.
    pub fn cancel(&self) {
        if let Some(client) = self.client.upgrade() {
            let callback = client.downloads.borrow_mut().reactor.cancel_call(self.key);
            drop(callback); // with nothing borrowed: what it holds may have a client
        }
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Marks the loop as turning, until this is dropped, also by a panic.
struct Turning<'a>(&'a Cell<bool>);

impl<'a> Turning<'a> {
    fn enter(turning: &'a Cell<bool>) -> Option<Self> {
        (!turning.replace(true)).then(|| Self(turning))
    }
}

impl Drop for Turning<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
