//! From a host name to addresses.

use std::net::SocketAddr;

use photo::{Config, Error, Origin};

use crate::runtime::Runtime;

/// The addresses of `origin`, at least one; the runtime asks the system's resolver on a worker thread.
pub(crate) async fn resolve<R: Runtime>(
    runtime: &R,
    origin: &Origin,
    config: &Config,
) -> Result<Vec<SocketAddr>, Error> {
    match origin.addresses(config) {
        Some(known) => known,
        None => origin.resolved(runtime.resolve(origin.host(), origin.port()).await),
    }
}
