//! The reasons why a download fails.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::{Phase, RetryAfter, Target};

/// The reason why a download failed: every style returns the same variant for the same cause.
///
/// It is small and cheap to clone, because several callers may receive the same failure. Messages never hold the user
/// name or password of a URL.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// When a client is made: the configuration cannot work.
    #[error("invalid configuration: {reason}")]
    InvalidConfig {
        /// The setting, and its fault.
        reason: Box<str>,
    },
    /// Before any I/O, or when a redirect leads there: no photo can be downloaded from this URL.
    #[error("invalid URL {url:?}: {reason}")]
    InvalidUrl {
        /// The URL as it was given, without credentials.
        url: Box<str>,
        /// The fault of the URL.
        reason: Box<str>,
    },
    /// When the host name has no address, or the resolver failed.
    #[error("cannot resolve {host}: {source}")]
    Resolve {
        /// The host name.
        host: Box<str>,
        /// The error of the resolver.
        source: Arc<io::Error>,
    },
    /// When none of the host's addresses accepted a connection; the source is of the last one tried.
    #[error("cannot connect to {origin}: {source}")]
    Connect {
        /// Scheme, host and port.
        origin: Box<str>,
        /// The error of the operating system.
        source: Arc<io::Error>,
    },
    /// When TLS could not be agreed on, a certificate was refused, or an encrypted record was broken.
    #[error("TLS with {origin} failed: {source}")]
    Tls {
        /// Scheme, host and port.
        origin: Box<str>,
        /// The error of the TLS library.
        source: Arc<io::Error>,
    },
    /// When a time limit of the [`Config`](crate::Config) passed; the phase names the wait.
    #[error("timed out after {after:?} while {phase}")]
    Timeout {
        /// The wait that took too long.
        phase: Phase,
        /// The limit that passed.
        after: Duration,
    },
    /// When the server replied with a status that brings no whole photo: 4xx and 5xx, but also 206 and 304, which no
    /// request asks for.
    #[error("the server replied with status {code}")]
    Status {
        /// The status code (RFC 9110, section 15).
        code: u16,
        /// The time at which the server asks for another attempt, if it does.
        retry_after: Option<RetryAfter>,
    },
    /// When the server redirected more often than [`Config::max_redirects`](crate::Config::max_redirects) allows.
    #[error("redirected more than {limit} times")]
    TooManyRedirects {
        /// The number of redirects allowed.
        limit: u32,
    },
    /// When the photo is, or would be, larger than [`Config::max_bytes`](crate::Config::max_bytes).
    #[error("larger than the limit of {limit} bytes")]
    TooLarge {
        /// The number of bytes allowed.
        limit: u64,
    },
    /// When the connection ended before the reply was whole.
    #[error("cut short after {received} bytes{}", expected.map_or(String::new(), |n| format!(" of {n}")))]
    Truncated {
        /// The number of bytes of the photo received.
        received: u64,
        /// The number of bytes announced, if known.
        expected: Option<u64>,
    },
    /// When the bytes received are not an HTTP/1.1 reply (RFC 9112), or its end is in doubt.
    #[error("malformed reply: {reason}")]
    Malformed {
        /// The fault of the reply.
        reason: Box<str>,
    },
    /// When the reply is whole, but its bytes begin like no known photo format, or there are none.
    #[error("not a photo: {length} bytes that begin with {start:?}")]
    NotAPhoto {
        /// The number of bytes.
        length: u64,
        /// The first few bytes, as text.
        start: Box<str>,
    },
    /// When the user stopped the download.
    #[error("cancelled")]
    Cancelled,
    /// When one of several downloads failed, or one that was tried several times: any other variant, with its URL.
    #[error("{url}{}: {cause}", if *attempts > 1 { format!(", after {attempts} attempts") } else { String::new() })]
    Failed {
        /// The requested URL, without credentials.
        url: Box<str>,
        /// The number of attempts, the first one included.
        attempts: u32,
        /// The error of the last attempt.
        cause: Box<Error>,
    },
    /// When the connection broke, or the operating system refused a call; the phase names the wait.
    #[error("I/O error while {phase}: {source}")]
    Io {
        /// The phase of the download.
        phase: Phase,
        /// The error of the operating system.
        source: Arc<io::Error>,
    },
}

impl Error {
    // The constructors are for the crates that drive an exchange; users only match on the variants.

    /// Wraps an error of the operating system on a connection in use.
    ///
    /// The TLS library reports its own failures as `io::Error` too; they become [`Error::Tls`].
    #[doc(hidden)]
    #[must_use]
    pub fn io(phase: Phase, origin: &crate::Origin, source: io::Error) -> Self {
        if source.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>) {
            return Self::tls(origin, source);
        }
        Self::Io { phase, source: Arc::new(source) }
    }

    /// Whether it may only mean that the connection is gone.
    #[must_use]
    pub(crate) fn is_lost_connection(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::Truncated { .. } | Self::Tls { .. })
    }

    /// Wraps a failure of the resolver.
    #[doc(hidden)]
    #[must_use]
    pub fn resolve(origin: &crate::Origin, source: io::Error) -> Self {
        Self::Resolve { host: origin.host().into(), source: Arc::new(source) }
    }

    /// Wraps the failure of the last address that was tried.
    #[doc(hidden)]
    #[must_use]
    pub fn connect(origin: &crate::Origin, source: io::Error) -> Self {
        Self::Connect { origin: origin.to_string().into(), source: Arc::new(source) }
    }

    /// Wraps a failure of the TLS handshake.
    #[doc(hidden)]
    #[must_use]
    pub fn tls(origin: &crate::Origin, source: io::Error) -> Self {
        Self::Tls { origin: origin.to_string().into(), source: Arc::new(source) }
    }

    /// This error as [`Error::Failed`], with the URL and the number of attempts. A URL that it already has stays.
    #[must_use]
    pub fn of(self, url: &str, attempts: u32) -> Self {
        match self {
            Self::Failed { url, attempts: earlier, cause } => {
                Self::Failed { url, attempts: attempts.max(earlier), cause }
            }
            cause => Self::Failed { url: Target::shown(url).into(), attempts, cause: cause.into() },
        }
    }

    /// The error without the URL and the number of attempts: never [`Error::Failed`].
    #[must_use]
    pub fn cause(&self) -> &Self {
        match self {
            Self::Failed { cause, .. } => cause,
            error => error,
        }
    }

    /// Whether the same download may succeed later, as curl, urllib3 and reqwest's retry crates judge it.
    ///
    /// Transient are timeouts, connections that fail or break, replies that are cut short, and the statuses 408, 425,
    /// 429, 500, 502, 503 and 504. A refused certificate is not, and neither is any other status.
    /// [`Backoff::retry_if`](crate::Backoff::retry_if) lets callers decide otherwise.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.cause() {
            Self::Timeout { .. } | Self::Connect { .. } | Self::Io { .. } | Self::Truncated { .. } => true,
            Self::Status { code, .. } => matches!(code, 408 | 425 | 429 | 500 | 502 | 503 | 504),
            // A missing address is an answer of the resolver, not a failure of it.
            Self::Resolve { source, .. } => source.kind() != io::ErrorKind::NotFound,
            // A peer that TLS refuses stays refused, but a connection that ends in the handshake may succeed later.
            Self::Tls { source, .. } => is_end_of_connection(source.kind()),
            _ => false,
        }
    }

    pub(crate) fn malformed(reason: impl fmt::Display) -> Self {
        Self::Malformed { reason: reason.to_string().into() }
    }
}

fn is_end_of_connection(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, TimedOut, UnexpectedEof};
    matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | TimedOut | UnexpectedEof)
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
    fn the_transient_statuses_are_these() {
        let is_transient = |code: &u16| Error::Status { code: *code, retry_after: None }.is_transient();
        let transient: Vec<u16> = (100..1000).filter(is_transient).collect();
        assert_eq!(transient, [408, 425, 429, 500, 502, 503, 504]);
    }

    #[test]
    fn failures_of_the_network_are_transient() {
        let origin = crate::Target::parse("https://a.test/").unwrap().origin().clone();
        for error in [
            Error::Timeout { phase: Phase::Connect, after: Duration::ZERO },
            Error::Timeout { phase: Phase::Body, after: Duration::ZERO },
            Error::Truncated { received: 0, expected: None },
            Error::Truncated { received: 1, expected: Some(2) },
            Error::connect(&origin, io::ErrorKind::ConnectionRefused.into()),
            Error::io(Phase::Body, &origin, io::ErrorKind::ConnectionReset.into()),
            Error::resolve(&origin, io::Error::other("temporary failure in name resolution")),
            Error::tls(&origin, io::ErrorKind::UnexpectedEof.into()),
            Error::tls(&origin, io::ErrorKind::ConnectionReset.into()),
        ] {
            assert!(error.is_transient(), "{error:?}");
        }
    }

    #[test]
    fn lasting_failures_are_not_transient() {
        let origin = crate::Target::parse("https://a.test/").unwrap().origin().clone();
        let certificate = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        for error in [
            Error::tls(&origin, io::Error::new(io::ErrorKind::InvalidData, certificate.clone())),
            Error::io(Phase::Handshake, &origin, io::Error::other(certificate)),
            origin.resolved(Ok(Vec::new())).unwrap_err(),
            crate::Target::parse("https://-/").unwrap().origin().server_name().unwrap_err(),
            Error::malformed("no HTTP"),
            Error::TooLarge { limit: 1 },
            Error::TooManyRedirects { limit: 1 },
            Error::NotAPhoto { length: 0, start: "".into() },
            Error::InvalidUrl { url: "".into(), reason: "".into() },
            Error::Cancelled,
        ] {
            assert!(!error.is_transient(), "{error:?}");
        }
    }

    #[test]
    fn a_failed_download_names_its_url_and_the_attempts() {
        let cause = Error::Status { code: 503, retry_after: None };
        let once = cause.clone().of("http://me:secret@a.test/cat.gif", 1);
        assert_eq!(once.to_string(), "http://a.test/cat.gif: the server replied with status 503");
        let more = once.of("http://b.test/", 3);
        assert_eq!(
            more.to_string(),
            "http://a.test/cat.gif, after 3 attempts: the server replied with status 503"
        );
        assert!(more.is_transient() && matches!(more.cause(), Error::Status { code: 503, .. }));
        let bad = Error::Cancelled.of("me:secret@a.test", 1);
        assert!(!bad.to_string().contains("secret"), "{bad}");
    }
}
