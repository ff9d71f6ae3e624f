//! Why a download failed.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::RetryAfter;

/// Why a download did not end with a photo: the same variant from every style for the same cause.
///
/// Cheap to clone and small, because one failure may be reported to many. Messages never hold the user name or
/// password of a URL.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// When a client is made: the configuration cannot work.
    #[error("invalid configuration: {reason}")]
    InvalidConfig {
        /// Which setting, and what is wrong with it.
        reason: Box<str>,
    },
    /// Before any I/O, or when a redirect leads there: the URL is not one that can be downloaded from.
    #[error("invalid URL {url:?}: {reason}")]
    InvalidUrl {
        /// The URL as it was given, without credentials.
        url: Box<str>,
        /// What is wrong with it.
        reason: Box<str>,
    },
    /// When the host name has no address, or the resolver failed.
    #[error("cannot resolve {host}: {source}")]
    Resolve {
        /// The host name.
        host: Box<str>,
        /// What the resolver said.
        source: Arc<io::Error>,
    },
    /// When none of the host's addresses accepted a connection; the source is of the last one tried.
    #[error("cannot connect to {origin}: {source}")]
    Connect {
        /// Scheme, host and port.
        origin: Box<str>,
        /// What the operating system said.
        source: Arc<io::Error>,
    },
    /// When TLS could not be agreed on, a certificate was refused, or an encrypted record was broken.
    #[error("TLS with {origin} failed: {source}")]
    Tls {
        /// Scheme, host and port.
        origin: Box<str>,
        /// What the TLS library said.
        source: Arc<io::Error>,
    },
    /// When a time limit of the [`Config`](crate::Config) passed; the phase says what was waited for.
    #[error("timed out after {after:?} while {phase}")]
    Timeout {
        /// What was waited for.
        phase: Phase,
        /// The limit that passed.
        after: Duration,
    },
    /// When the server replied with a status that brings no whole photo: 4xx and 5xx, but also 206 and 304, which
    /// nobody asked for.
    #[error("the server replied with status {code}")]
    Status {
        /// The status code (RFC 9110, section 15).
        code: u16,
        /// When the server asks to be tried again, if it does.
        retry_after: Option<RetryAfter>,
    },
    /// When the server redirected more often than [`Config::max_redirects`](crate::Config::max_redirects) allows.
    #[error("redirected more than {limit} times")]
    TooManyRedirects {
        /// How many redirects were allowed.
        limit: u32,
    },
    /// When the photo is, or would be, larger than [`Config::max_bytes`](crate::Config::max_bytes).
    #[error("larger than the limit of {limit} bytes")]
    TooLarge {
        /// How many bytes were allowed.
        limit: u64,
    },
    /// When the connection ended before the reply was whole.
    #[error("cut short after {received} bytes{}", expected.map_or(String::new(), |n| format!(" of {n}")))]
    Truncated {
        /// How many bytes of the photo had come.
        received: u64,
        /// How many were announced, if that was known.
        expected: Option<u64>,
    },
    /// When what came is not an HTTP/1.1 reply (RFC 9112), or one whose extent cannot be trusted.
    #[error("malformed reply: {reason}")]
    Malformed {
        /// What is wrong with it.
        reason: Box<str>,
    },
    /// When the reply is whole, but its bytes begin like no known photo format, or are none at all.
    #[error("not a photo: {length} bytes that begin with {start:?}")]
    NotAPhoto {
        /// How many bytes there are.
        length: u64,
        /// The first few of them, as text.
        start: Box<str>,
    },
    /// When the user stopped the download.
    #[error("cancelled")]
    Cancelled,
    /// When the connection broke, or the operating system refused something; the phase says during what.
    #[error("I/O error while {phase}: {source}")]
    Io {
        /// What was being done.
        phase: Phase,
        /// What the operating system said.
        source: Arc<io::Error>,
    },
}

/// What a download is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// What a client needs before its first download.
    Setup,
    /// The addresses of the host name.
    Resolve,
    /// The TCP connection.
    Connect,
    /// The TLS handshake.
    Handshake,
    /// Room for the request in the socket.
    Send,
    /// The head of the reply.
    Head,
    /// The body of the reply.
    Body,
}

impl Error {
    /// Wraps what the operating system said of a connection in use.
    ///
    /// The TLS library reports its own failures as `io::Error` too; they become [`Error::Tls`].
    #[must_use]
    pub fn io(phase: Phase, origin: &crate::Origin, source: io::Error) -> Self {
        if source.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>) {
            return Self::tls(origin, source);
        }
        Self::Io { phase, source: Arc::new(source) }
    }

    /// Whether it may mean no more than that the connection is gone.
    #[must_use]
    pub fn is_lost_connection(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::Truncated { .. } | Self::Tls { .. })
    }

    /// Wraps a failure of the resolver.
    #[must_use]
    pub fn resolve(origin: &crate::Origin, source: io::Error) -> Self {
        Self::Resolve { host: origin.host().into(), source: Arc::new(source) }
    }

    /// Wraps the failure of the last address that was tried.
    #[must_use]
    pub fn connect(origin: &crate::Origin, source: io::Error) -> Self {
        Self::Connect { origin: origin.to_string().into(), source: Arc::new(source) }
    }

    /// Wraps a failure of the TLS handshake.
    #[must_use]
    pub fn tls(origin: &crate::Origin, source: io::Error) -> Self {
        Self::Tls { origin: origin.to_string().into(), source: Arc::new(source) }
    }

    /// Whether trying again may help: connections that were refused or reset, and the statuses 429 and 5xx. A
    /// reply that was cut short is not, and neither is a timeout.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Connect { .. } | Self::Io { .. } | Self::Status { code: 429 | 500..=599, .. })
    }

    pub(crate) fn malformed(reason: impl fmt::Display) -> Self {
        Self::Malformed { reason: reason.to_string().into() }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn an_error_is_small_and_may_cross_threads() {
        fn crosses<T: Clone + Send + Sync + 'static>() {}
        crosses::<Error>();
        assert!(size_of::<Error>() <= 40, "{} bytes", size_of::<Error>());
    }

    #[test]
    fn the_cause_is_kept_as_source() {
        let origin = crate::Target::parse("http://a.test/").unwrap().origin().clone();
        let refused = Error::connect(&origin, io::ErrorKind::ConnectionRefused.into());
        let source = refused.source().unwrap().downcast_ref::<Arc<io::Error>>().unwrap();
        assert_eq!(source.kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(refused.to_string(), "cannot connect to http://a.test:80: connection refused");
    }

    #[test]
    fn a_timeout_names_its_phase_and_limit() {
        let error = Error::Timeout { phase: Phase::Head, after: Duration::from_secs(10) };
        assert_eq!(error.to_string(), "timed out after 10s while waiting for the reply");
    }
}
