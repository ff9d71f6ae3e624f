//! From a host name to addresses.

use std::net::SocketAddr;

use photo::{Config, Endpoint, Error};

use crate::runtime::Runtime;

/// The addresses of `endpoint`, at least one; the runtime asks the system's resolver on a worker thread.
pub(crate) async fn resolve<R: Runtime>(
    runtime: &R,
    endpoint: &Endpoint,
    config: &Config,
) -> Result<Vec<SocketAddr>, Error> {
    let found = match endpoint.addresses(config) {
        Some(known) => Ok(known),
        None => runtime.resolve(endpoint.host(), endpoint.port()).await,
    };
    endpoint.resolved(found)
}
