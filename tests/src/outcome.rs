//! The outcome of a download, as far as the suite distinguishes outcomes.

use std::fmt;

use photo::{Error, Phase, Photo};

/// The variant of a result, with the parts of an error on which every style must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the errors")]
pub enum Outcome {
    Photo,
    InvalidConfig,
    InvalidUrl,
    Resolve,
    Connect,
    Tls,
    Timeout(Phase),
    Status(u16),
    TooManyRedirects,
    TooLarge,
    Truncated,
    Malformed,
    NotAPhoto,
    Cancelled,
    /// In any phase: a connection may break at any time.
    Io,
}

impl Outcome {
    /// The outcome of a download.
    pub fn of(result: &Result<Photo, Error>) -> Self {
        let Err(error) = result else { return Self::Photo };
        match error.cause() {
            Error::InvalidConfig { .. } => Self::InvalidConfig,
            Error::InvalidUrl { .. } => Self::InvalidUrl,
            Error::Resolve { .. } => Self::Resolve,
            Error::Connect { .. } => Self::Connect,
            Error::Tls { .. } => Self::Tls,
            Error::Timeout { phase, .. } => Self::Timeout(*phase),
            Error::Status { code, .. } => Self::Status(*code),
            Error::TooManyRedirects { .. } => Self::TooManyRedirects,
            Error::TooLarge { .. } => Self::TooLarge,
            Error::Truncated { .. } => Self::Truncated,
            Error::Malformed { .. } => Self::Malformed,
            Error::NotAPhoto { .. } => Self::NotAPhoto,
            Error::Cancelled => Self::Cancelled,
            Error::Io { .. } => Self::Io,
            other => panic!("teach the suite this error: {other:?}"),
        }
    }

    /// Panics with both, unless `result` has this outcome.
    #[track_caller]
    pub fn assert_of(self, result: &Result<Photo, Error>) {
        assert!(Self::of(result) == self, "expected {self}, found {result:?}");
    }
}

/// Prints, for example, `Timeout(Head)` or `Status(404)`.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}"))
    }
}
