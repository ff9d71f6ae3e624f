//! The client: the state that downloads share.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use photo::{Config, Deadline, Error, Exchange, Photo, Progress, Target};

use crate::cancel::{self, CancelToken, Flag};
use crate::download::{Downloads, OnComplete, OnProgress, setup_error};
use crate::reactor::Delayed;

mod handles;
mod remote;
mod turning;

pub use handles::{Download, Timer};
use remote::Calls;
pub use remote::Remote;
use turning::Turning;

/// Downloads photos, any number at once, and keeps connections for the next ones.
///
/// Clones are cheap and share everything. A client belongs to the thread that made it. Its callbacks are called there,
/// from inside [`run`](Self::run) or [`turn`](Self::turn). The rules:
///
/// 1. Each callback is called exactly once, with `Ok(photo)` or `Err(error)`.
/// 2. It is called on the thread that calls `run` or `turn`, so it need not be `Send` and may share state by `Rc`.
/// 3. It is never called from inside `download`, `cancel`, `after` or `defer`, not even for an error known at once.
/// 4. `cancel` leads to the same one call, with [`Error::Cancelled`], on a later turn of the loop.
/// 5. A callback may start downloads and timers, cancel others, clone and drop clients.
/// 6. A panic in a callback propagates out of `run`, and every other download is still there for the next `run`.
/// 7. When the last client is dropped, callbacks not yet called are dropped, not called. (A callback that holds a
///    client keeps it alive until the callback has been called: forever, if the loop is not turned.)
///
/// # Sharing state
///
/// A callback outlives the function that registers it, so it owns what it uses. `move` moves an `Rc`, but it *copies* a
/// number: the callback would count in its copy, and the compiler only warns. Share a `Cell`:
///
/// ```
/// # use photo_callbacks::Client;
/// # let server = photo_server::PhotoServer::start()?;
/// # let url = &server.url("/photo?bytes=1000");
/// use std::cell::Cell;
/// use std::rc::Rc;
///
/// let client = Client::default();
/// let total = Rc::new(Cell::new(0));
/// for _ in 0..2 {
///     let total = Rc::clone(&total); // with `let mut total = 0` it would still be 0 below
///     client.download(url, move |result| {
///         total.set(total.get() + result.map_or(0, |photo| photo.bytes.len()));
///     });
/// }
/// client.run();
/// assert_eq!(total.get(), 2000);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// Another thread cannot have a client. It can have a [`Remote`]:
///
/// ```compile_fail,E0277
/// let client = photo_callbacks::Client::default();
/// std::thread::spawn(move || client.cancel_all());
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Rc<Shared>,
    cancelled: Option<Arc<Flag>>,
}

struct Shared {
    downloads: RefCell<Downloads>,
    turning: Cell<bool>,
    remote: Remote,
    calls: Calls,
    /// The file descriptor of the reactor, usable while the loop turns.
    registry: mio::Registry,
}

impl Client {
    /// A client with the limits of `config`, and its event loop.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfig`] if the configuration cannot work, [`Error::Io`] if the operating system refuses the
    /// files of the loop.
    pub fn new(config: Config) -> Result<Self, Error> {
        let downloads = Downloads::new(config)?;
        let (remote, calls) = Remote::new(downloads.reactor.waker());
        let shared = Shared {
            turning: Cell::new(false),
            remote,
            calls,
            registry: downloads.reactor.registry().map_err(setup_error)?,
            downloads: RefCell::new(downloads),
        };
        Ok(Self { shared: Rc::new(shared), cancelled: None })
    }

    /// Downloads the photo at `url`.
    ///
    /// Returns at once. `on_complete` is called later, from inside [`run`](Self::run), with the photo or the error.
    ///
    /// # Errors
    ///
    /// See [`Error`]; each variant says when it happens. All of them go to `on_complete`.
    pub fn download(&self, url: &str, on_complete: impl FnOnce(Result<Photo, Error>) + 'static) -> Download {
        self.start(Target::parse(url), None, Box::new(on_complete))
    }

    /// Downloads the file at `url`, photo or not, as if [`Config::verify_format`] were off.
    ///
    /// Use it for the index of an album. [`download`](Self::download) is for photos: it refuses an error page that a
    /// server sends with status 200.
    ///
    /// # Errors
    ///
    /// Those of [`download`](Self::download), but never [`Error::NotAPhoto`].
    pub fn fetch(&self, url: &str, on_complete: impl FnOnce(Result<Photo, Error>) + 'static) -> Download {
        self.start(Target::parse(url).map(Target::any_format), None, Box::new(on_complete))
    }

    /// Downloads the photo at `url`, and calls `on_progress` after each piece received, the last one included, and
    /// then `on_complete`.
    ///
    /// # Errors
    ///
    /// Those of [`download`](Self::download).
    pub fn download_with_progress(
        &self,
        url: &str,
        on_progress: impl FnMut(Progress) + 'static,
        on_complete: impl FnOnce(Result<Photo, Error>) + 'static,
    ) -> Download {
        let on_progress = Rc::new(RefCell::new(on_progress));
        self.start(Target::parse(url), Some(on_progress), Box::new(on_complete))
    }

    /// Calls `callback` on a later turn of the loop.
    pub fn defer(&self, callback: impl FnOnce() + 'static) {
        self.shared.downloads.borrow_mut().reactor.defer(Box::new(callback));
    }

    /// Calls `callback` after `delay`, or earlier if this client is [`cancellable`](Self::cancellable) and is cancelled.
    pub fn after(&self, delay: Duration, callback: impl FnOnce() + 'static) -> Timer {
        let delay = if self.is_cancelled() { Duration::ZERO } else { delay };
        let at = Deadline::later(Instant::now(), delay);
        let delayed = Delayed { callback: Box::new(callback), cancelled: self.cancelled.clone() };
        let key = self.shared.downloads.borrow_mut().reactor.call_at(at, delayed);
        Timer { client: Rc::downgrade(&self.shared), key }
    }

    /// Runs `work`, which may block or take long, on a worker thread, and calls `on_complete` with its result.
    ///
    /// At most four run at once; the others wait. A panic in `work` resumes where `on_complete` would have been
    /// called.
    pub fn offload<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
        on_complete: impl FnOnce(T) + 'static,
    ) {
        let (report, outcome) = mpsc::channel();
        let work = move || {
            // The result is dropped if the client is gone.
            let _ = report.send(panic::catch_unwind(AssertUnwindSafe(work)));
        };
        let callback = move || match outcome.recv() {
            Ok(Ok(value)) => on_complete(value),
            Ok(Err(payload)) => panic::resume_unwind(payload),
            Err(_) => unreachable!("a worker reports before it is done"),
        };
        self.shared.downloads.borrow_mut().reactor.offload(Box::new(work), Box::new(callback));
    }

    /// Cancels every download, in the order in which they were started: their callbacks are called on a later turn
    /// with [`Error::Cancelled`].
    ///
    /// Timers and work continue, and so does a chain: a callback that always starts the next download should stop at
    /// `Cancelled`, or start it with a [`cancellable`](Self::cancellable) client.
    pub fn cancel_all(&self) {
        self.shared.downloads.borrow_mut().cancel_all();
    }

    /// A client, and the token that stops all its downloads and timers.
    ///
    /// It shares the loop and connections with this client. If this client is cancellable, its token
    /// stops both.
    #[must_use]
    pub fn cancellable(&self) -> (Self, CancelToken) {
        let token = CancelToken::child(self.cancelled.as_ref(), self.remote());
        (Self { shared: Rc::clone(&self.shared), cancelled: Some(Arc::clone(token.flag())) }, token)
    }

    /// Whether a token has stopped this client. A callback of [`after`](Self::after) is called early then.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        cancel::is_set(self.cancelled.as_ref())
    }

    pub(crate) fn end_cancelled(&self) {
        self.shared.downloads.borrow_mut().end_cancelled();
    }

    /// A handle for other threads.
    pub fn remote(&self) -> Remote {
        self.shared.remote.clone()
    }

    /// Turns the loop until nothing is pending: no download, no timer, no work, no callback.
    ///
    /// Inside a callback it returns at once, because the loop is already turning.
    ///
    /// # Panics
    ///
    /// If a callback does. Call it again to continue with the others.
    pub fn run(&self) {
        while self.turn(None) {}
    }

    /// Turns the loop once: waits for events, for up to `timeout`, handles them and calls their callbacks. Returns
    /// whether anything is pending.
    ///
    /// Without a `timeout` it waits for the next event. It does not wait if a callback is queued, a new download has
    /// not started, or nothing is pending. A turn always ends: a callback queued by a callback is called in the next
    /// turn. Inside a callback, this does nothing and returns false.
    ///
    /// Another event loop can turn the client. Before each of its waits, ask for [`next_timeout`](Self::next_timeout);
    /// then wait until that time is over or the client's file descriptor ([`AsFd`](std::os::fd::AsFd)) is
    /// readable; then call `turn(Some(Duration::ZERO))`. `examples/embed.rs` does so.
    ///
    /// # Panics
    ///
    /// If a callback does. The next turn continues with the others.
    pub fn turn(&self, timeout: Option<Duration>) -> bool {
        let Some(_turning) = Turning::enter(&self.shared.turning) else { return false };
        let downloads = &self.shared.downloads;
        let woken = downloads.borrow_mut().wait(timeout);
        if woken {
            let calls = self.shared.calls.take(self);
            for call in calls {
                downloads.borrow_mut().reactor.call(call);
            }
        }
        loop {
            let callback = downloads.borrow_mut().next_callback();
            let Some(callback) = callback else { break };
            callback(); // nothing is borrowed here: it may use the client
            downloads.borrow_mut().reactor.update_now(); // the callback may have taken long
        }
        downloads.borrow().is_pending()
    }

    /// The time that another event loop may wait for the file descriptor of this client before the next
    /// [`turn`](Self::turn). It ends at the next timer or timeout, and is zero while a callback is queued or a new
    /// download has not started. `None` sets no limit.
    ///
    /// Any use of the client may change it, so call this again before each wait.
    pub fn next_timeout(&self) -> Option<Duration> {
        self.shared.downloads.borrow().next_timeout()
    }

    fn start(
        &self,
        target: Result<Target, Error>,
        on_progress: Option<OnProgress>,
        on_complete: OnComplete,
    ) -> Download {
        let mut downloads = self.shared.downloads.borrow_mut();
        let cancelled = self.cancelled.clone();
        let allowed = if cancel::is_set(cancelled.as_ref()) { Err(Error::Cancelled) } else { target };
        let exchange = allowed.and_then(|target| Exchange::of(target, Arc::clone(&downloads.config)));
        let key = match exchange {
            Ok(exchange) => Some(downloads.start(Box::new(exchange), on_progress, on_complete, cancelled)),
            Err(error) => {
                downloads.reactor.defer(Box::new(move || on_complete(Err(error))));
                None
            }
        };
        Download { client: Rc::downgrade(&self.shared), key }
    }
}

/// Makes a client with the default [`Config`].
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
