//! The client: the state that downloads share.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use photo::{Config, Error, Kept, Origin, Photo, Pool, Progress, Target, tls};
use rustls::ClientConfig;

use crate::connection::Connection;
use crate::resolve::Resolver;
use crate::{CancelToken, cancel, download};

/// Downloads photos, each on the calling thread, and keeps connections for the next ones.
///
/// Clones are cheap and share everything. Any number of threads may use a client at once.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    token: Option<CancelToken>,
}

struct Shared {
    config: Arc<Config>,
    tls: Arc<ClientConfig>,
    idle: Mutex<Pool<Connection>>,
    resolver: Resolver,
}

impl Client {
    /// A client with the limits of `config`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfig`] if the configuration cannot work.
    pub fn new(config: Config) -> Result<Self, Error> {
        let config = config.checked()?;
        let tls = tls::client_config(&config)?;
        let idle = Mutex::new(Pool::new(&config));
        let resolver = Resolver::new(Arc::clone(&config));
        Ok(Self { shared: Arc::new(Shared { config, tls, idle, resolver }), token: None })
    }

    /// Downloads the photo at `url`.
    ///
    /// Returns the whole photo, or an error as soon as the download has failed.
    ///
    /// # Errors
    ///
    /// See [`Error`]; each variant says when it happens.
    pub fn download(&self, url: &str) -> Result<Photo, Error> {
        self.download_with_progress(url, |_| {})
    }

    /// Downloads the file at `url`, photo or not, as if [`Config::verify_format`] were off.
    ///
    /// Use it for the index of an album. [`download`](Self::download) is for photos: it refuses an error page that a
    /// server sends with status 200.
    ///
    /// # Errors
    ///
    /// Those of [`download`](Self::download), but never [`Error::NotAPhoto`].
    pub fn fetch(&self, url: &str) -> Result<Photo, Error> {
        cancel::check(self.token())?;
        download::download(self, Target::parse(url)?.any_format(), |_| {})
    }

    /// Downloads the photo at `url`, and calls `on_progress` after each piece received, the last one included.
    ///
    /// # Errors
    ///
    /// Those of [`download`](Self::download).
    pub fn download_with_progress(
        &self,
        url: &str,
        on_progress: impl FnMut(Progress),
    ) -> Result<Photo, Error> {
        cancel::check(self.token())?;
        download::download(self, Target::parse(url)?, on_progress)
    }

    /// Waits for `pause`.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] as soon as this client is cancelled, if it is [`cancellable`](Self::cancellable).
    pub fn sleep(&self, pause: Duration) -> Result<(), Error> {
        match &self.token {
            Some(token) => _ = token.wait(pause),
            None => thread::sleep(pause),
        }
        cancel::check(self.token())
    }

    /// A client, and the token by which another thread stops all its downloads.
    ///
    /// It shares connections with this client. If this client is cancellable, its token stops both.
    #[must_use]
    pub fn cancellable(&self) -> (Self, CancelToken) {
        let token = CancelToken::child(self.token());
        (Self { shared: Arc::clone(&self.shared), token: Some(token.clone()) }, token)
    }

    pub(crate) fn token(&self) -> Option<&CancelToken> {
        self.token.as_ref()
    }

    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.shared.config
    }

    pub(crate) fn tls(&self) -> &Arc<ClientConfig> {
        &self.shared.tls
    }

    pub(crate) fn resolver(&self) -> &Resolver {
        &self.shared.resolver
    }

    /// A kept connection to `origin` that is still open.
    pub(crate) fn take_idle(&self, origin: &Origin) -> Option<Connection> {
        loop {
            // The connection is checked and closed outside of the lock: both are system calls, and other threads wait
            // here.
            let kept = self.lock_idle().take(origin, Instant::now())?;
            match kept {
                Kept::Fresh(connection) if connection.is_open() => return Some(connection),
                Kept::Fresh(_) | Kept::TooOld(_) => {}
            }
        }
    }

    /// Keeps a connection for the next download.
    pub(crate) fn keep_idle(&self, origin: &Origin, connection: Connection, keep_for: Duration) {
        let surplus = self.lock_idle().put(origin, connection, Instant::now(), keep_for);
        drop(surplus); // closed outside of the lock
    }

    fn lock_idle(&self) -> MutexGuard<'_, Pool<Connection>> {
        self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes a client with the default [`Config`].
impl Default for Client {
    fn default() -> Self {
        Self::new(Config::default()).expect("the default configuration works")
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("config", self.config()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_may_be_shared_by_threads() {
        fn shared<T: Clone + Send + Sync + 'static>() {}
        shared::<Client>();
        shared::<CancelToken>();
    }
}
