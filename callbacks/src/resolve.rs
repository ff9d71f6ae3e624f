//! From a host name to addresses.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Weak};

use photo::{Error, Origin};

use crate::offload::Workers;

/// The addresses of a host, at least one.
pub(crate) type Resolved = Result<Vec<SocketAddr>, Error>;

/// Asks the system's resolver, which blocks, on worker threads. `K` is the key of whoever wants to know.
pub(crate) struct Resolver<K> {
    workers: Workers<(K, Resolved)>,
}

impl<K: Send + 'static> Resolver<K> {
    pub(crate) fn new(waker: Arc<mio::Waker>) -> Self {
        Self { workers: Workers::new(waker) }
    }

    /// Looks up a host, unless `wanted` is gone when its turn comes.
    ///
    /// # Errors
    ///
    /// If the operating system allows no thread.
    pub(crate) fn resolve(&self, origin: Origin, key: K, wanted: Weak<()>) -> io::Result<()> {
        let work = move || {
            let is_wanted = wanted.strong_count() > 0;
            (key, if is_wanted { resolve(&origin) } else { Err(Error::Cancelled) })
        };
        self.workers.submit(Box::new(work)).map_err(|(_, error)| error)
    }

    /// The answers since the last call.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (K, Resolved)> {
        self.workers.results()
    }
}

fn resolve(origin: &Origin) -> Resolved {
    origin.resolved((origin.host(), origin.port()).to_socket_addrs().map(Iterator::collect))
}
