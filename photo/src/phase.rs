//! The phases of a download.

use std::fmt;

/// The wait of a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// The setup that a client needs before its first download.
    Setup,
    /// The addresses of the host name.
    Resolve,
    /// The TCP connection.
    Connect,
    /// The TLS handshake.
    Handshake,
    /// Space for the request in the socket's buffer.
    Send,
    /// The head of the reply.
    Head,
    /// The body of the reply.
    Body,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Setup => "setting up the client",
            Self::Resolve => "resolving the host name",
            Self::Connect => "connecting",
            Self::Handshake => "agreeing on TLS",
            Self::Send => "sending the request",
            Self::Head => "waiting for the reply",
            Self::Body => "receiving the photo",
        })
    }
}
