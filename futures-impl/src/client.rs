//! The client: the state that downloads share.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_rustls::TlsConnector;
use photo::{Config, Error, Exchange, Kept, Origin, Photo, Pool, Progress, Target, tls};

use crate::connection::Idle;
use crate::download;
use crate::resolve::Resolver;
use crate::runtime::Runtime;

/// Downloads photos, any number at once, and keeps connections for the next ones.
///
/// Clones are cheap and share everything. A client belongs to the runtime that polls its first download, because that
/// runtime's reactor knows the kept connections.
pub struct Client<R: Runtime> {
    shared: Arc<Shared<R>>,
}

struct Shared<R: Runtime> {
    runtime: R,
    config: Arc<Config>,
    tls: TlsConnector,
    idle: Mutex<Pool<Idle<R>>>,
    resolver: Resolver,
}

impl<R: Runtime> Client<R> {
    /// A client with the limits of `config`, on `runtime`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfig`] if the configuration cannot work.
    pub fn new(runtime: R, config: Config) -> Result<Self, Error> {
        let config = config.checked()?;
        let tls = TlsConnector::from(tls::client_config(&config)?);
        let idle = Mutex::new(Pool::new(&config));
        let resolver = Resolver::new(Arc::clone(&config));
        Ok(Self { shared: Arc::new(Shared { runtime, config, tls, idle, resolver }) })
    }

    /// Downloads the photo at `url`.
    ///
    /// Nothing happens before the future is polled. Dropping it cancels the download and closes its connection.
    ///
    /// # Errors
    ///
    /// See [`Error`]; each variant says when it happens. [`Error::Cancelled`] does not happen: a dropped future
    /// returns nothing.
    pub async fn download(&self, url: &str) -> Result<Photo, Error> {
        let exchange = self.exchange(Target::parse(url))?;
        download::download(self, exchange, |_| {}).await
    }

    /// Downloads the file at `url`, photo or not, as if [`Config::verify_format`] were off.
    ///
    /// Use it for the index of an album. [`download`](Self::download) is for photos: it refuses an error page that a
    /// server sends with status 200.
    ///
    /// # Errors
    ///
    /// Those of [`download`](Self::download), but never [`Error::NotAPhoto`].
    pub async fn fetch(&self, url: &str) -> Result<Photo, Error> {
        let exchange = self.exchange(Target::parse(url).map(Target::any_format))?;
        download::download(self, exchange, |_| {}).await
    }

    /// Downloads the photo at `url`, and calls `on_progress` after each piece received, the last one included.
    ///
    /// # Errors
    ///
    /// Those of [`download`](Self::download).
    pub async fn download_with_progress(
        &self,
        url: &str,
        on_progress: impl FnMut(Progress) + Send,
    ) -> Result<Photo, Error> {
        let exchange = self.exchange(Target::parse(url))?;
        download::download(self, exchange, on_progress).await
    }

    /// The runtime, for other waits.
    #[must_use]
    pub fn runtime(&self) -> &R {
        &self.shared.runtime
    }

    /// The exchange for a target. The future stores only the box, and no copy of the target.
    fn exchange(&self, target: Result<Target, Error>) -> Result<Box<Exchange>, Error> {
        Ok(Box::new(Exchange::of(target?, Arc::clone(self.config()))?))
    }

    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.shared.config
    }

    pub(crate) fn tls(&self) -> &TlsConnector {
        &self.shared.tls
    }

    pub(crate) fn resolver(&self) -> &Resolver {
        &self.shared.resolver
    }

    /// A kept connection to `origin` that is still open.
    pub(crate) fn take_idle(&self, origin: &Origin) -> Option<Idle<R>> {
        loop {
            // The connection is checked and closed outside of the lock: both are system calls, and other threads wait
            // here.
            let kept = self.lock_idle().take(origin, Instant::now())?;
            match kept {
                Kept::Fresh(idle) if idle.connection.is_open() => return Some(idle),
                Kept::Fresh(_) | Kept::TooOld(_) => {}
            }
        }
    }

    /// Keeps a connection for the next download.
    pub(crate) fn keep_idle(&self, origin: &Origin, idle: Idle<R>, keep_for: Duration) {
        let surplus = self.lock_idle().put(origin, idle, Instant::now(), keep_for);
        drop(surplus); // closed outside of the lock
    }

    fn lock_idle(&self) -> MutexGuard<'_, Pool<Idle<R>>> {
        self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Runtime> Clone for Client<R> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

/// Makes a client with the default [`Config`].
impl<R: Runtime + Default> Default for Client<R> {
    fn default() -> Self {
        Self::new(R::default(), Config::default()).expect("the default configuration works")
    }
}

impl<R: Runtime> fmt::Debug for Client<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("config", self.config()).finish_non_exhaustive()
    }
}
