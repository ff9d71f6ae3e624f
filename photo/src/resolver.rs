//! The function that looks up host names.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// The system's resolver, or the one of [`Config::resolve_with`](crate::Config::resolve_with).
#[derive(Clone)]
pub(crate) struct Resolver(Arc<LookUp>);

type LookUp = dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync;

impl Resolver {
    pub(crate) fn new(
        look_up: impl Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(look_up))
    }

    /// Blocks until there is an answer. A panic is one, because downloads wait for it.
    pub(crate) fn look_up(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        catch_unwind(AssertUnwindSafe(|| (self.0)(host, port)))
            .unwrap_or_else(|_| Err(io::Error::other("the resolver panicked")))
    }
}

/// The system's.
impl Default for Resolver {
    fn default() -> Self {
        Self::new(|host, port| (host, port).to_socket_addrs().map(Iterator::collect))
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}
