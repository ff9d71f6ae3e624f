//! From a host name to addresses.

use std::net::{SocketAddr, ToSocketAddrs};

use photo::{Error, Origin};

/// The addresses of `origin`, at least one; asks the system's resolver, which blocks: to be called by a worker.
pub(crate) fn resolve(origin: &Origin) -> Result<Vec<SocketAddr>, Error> {
    origin.resolved((origin.host(), origin.port()).to_socket_addrs().map(Iterator::collect))
}
