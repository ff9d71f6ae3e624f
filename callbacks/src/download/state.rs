//! Where a download stands.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

/// What a download is waiting for.
pub(super) enum State {
    /// The next turn.
    Start { fresh: bool },
    /// The resolver.
    Resolve,
    /// One of the addresses to accept the connection.
    Connect(Connecting),
    /// The TLS handshake.
    Handshake { connection: usize },
    /// The request to be sent and the reply to come.
    Transfer { connection: usize, kept: bool, flushed: bool },
}

/// The attempts to connect, which go on side by side.
pub(super) struct Connecting {
    pub(super) addresses: Vec<SocketAddr>,
    /// The number of the address that is tried next.
    pub(super) next: usize,
    /// When that is tried, unless an attempt ends before.
    pub(super) next_at: Instant,
    /// The connections of the addresses that are being tried.
    pub(super) attempts: Vec<usize>,
    /// The error of the last attempt that failed.
    pub(super) last: io::Error,
}

impl Connecting {
    /// When the next address is to be tried, if there is one.
    pub(super) fn next_at(&self) -> Option<Instant> {
        (self.next < self.addresses.len()).then_some(self.next_at)
    }
}
