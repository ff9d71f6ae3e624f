//! The state of a download.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

/// The state of a download, named after its wait.
pub(super) enum State {
    /// The next turn.
    Start { fresh: bool },
    /// The resolver.
    Resolve,
    /// An address that accepts the connection.
    Connect(Connecting),
    /// The TLS handshake.
    Handshake { connection: usize },
    /// The socket, to send the request and receive the reply.
    Transfer { connection: usize, kept: bool, flushed: bool },
}

/// The attempts to connect, which run in parallel.
pub(super) struct Connecting {
    pub(super) addresses: Vec<SocketAddr>,
    /// The index of the next address.
    pub(super) next: usize,
    /// The time of the next attempt, unless an attempt ends before.
    pub(super) next_at: Instant,
    /// The connections of the running attempts.
    pub(super) attempts: Vec<usize>,
    /// The error of the last attempt that failed.
    pub(super) last: io::Error,
}

impl Connecting {
    /// The time to try the next address, if there is one.
    pub(super) fn next_at(&self) -> Option<Instant> {
        (self.next < self.addresses.len()).then_some(self.next_at)
    }
}
