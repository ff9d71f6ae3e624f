//! Where a download stands.

use std::net::SocketAddr;
use std::time::Instant;

/// What a download is waiting for.
pub(super) enum State {
    /// The next turn.
    Start { fresh: bool },
    /// The resolver.
    Resolve,
    /// One of the addresses to accept the connection, until its share of the time is over.
    Connect { connection: usize, addresses: Vec<SocketAddr>, next: usize, end: Instant },
    /// The TLS handshake.
    Handshake { connection: usize },
    /// The request to be sent and the reply to come.
    Transfer { connection: usize, kept: bool, flushed: bool },
}
