//! From a host name to addresses.

use std::io;
use std::net::SocketAddr;

use photo::{Endpoint, Error};

use crate::runtime::Runtime;

/// The addresses of `endpoint`, at least one; the runtime asks the system's resolver on a worker thread.
pub(crate) async fn resolve<R: Runtime>(runtime: &R, endpoint: &Endpoint) -> Result<Vec<SocketAddr>, Error> {
    if let Some(address) = endpoint.address() {
        return Ok(vec![address]);
    }
    let addresses = runtime.resolve(endpoint.host(), endpoint.port()).await;
    let addresses = addresses.map_err(|error| Error::resolve(endpoint, error))?;
    if addresses.is_empty() {
        return Err(Error::resolve(endpoint, io::Error::new(io::ErrorKind::NotFound, "no address")));
    }
    Ok(addresses)
}
