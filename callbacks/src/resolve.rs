//! From a host name to addresses.

use std::net::{SocketAddr, ToSocketAddrs};

use photo::{Endpoint, Error};

/// The addresses of `endpoint`, at least one; asks the system's resolver, which blocks: to be called by a worker.
pub(crate) fn resolve(endpoint: &Endpoint) -> Result<Vec<SocketAddr>, Error> {
    endpoint.resolved((endpoint.host(), endpoint.port()).to_socket_addrs().map(Iterator::collect))
}
