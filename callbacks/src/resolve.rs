//! From a host name to addresses.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use photo::{Endpoint, Error};

/// The addresses of `endpoint`, at least one; asks the system's resolver, which blocks: to be called by a worker.
pub(crate) fn resolve(endpoint: &Endpoint) -> Result<Vec<SocketAddr>, Error> {
    if let Some(address) = endpoint.address() {
        return Ok(vec![address]);
    }
    let addresses = (endpoint.host(), endpoint.port()).to_socket_addrs();
    let addresses: Vec<_> = addresses.map_err(|error| Error::resolve(endpoint, error))?.collect();
    if addresses.is_empty() {
        return Err(Error::resolve(endpoint, io::Error::new(io::ErrorKind::NotFound, "no address")));
    }
    Ok(addresses)
}
