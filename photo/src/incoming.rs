//! The body after an accepted head.

use std::time::Duration;

use crate::body::Body;
use crate::chunked::Chunked;
use crate::{Config, Error, Photo, Progress, Target};

/// The body of a reply as it arrives.
///
/// Bytes that arrived with the head are copied; all others are read into [`space`](Self::space).
#[derive(Debug)]
pub(crate) struct Incoming {
    body: Body,
    framing: Framing,
    /// Time that the connection may be kept for another request, if the server offers it.
    keep_for: Option<Duration>,
}

/// The mark of a body's end (RFC 9112, section 6.3).
#[derive(Debug)]
pub(crate) enum Framing {
    /// This many bytes.
    Length(u64),
    /// The last chunk.
    Chunked(Chunked),
    /// The end of the connection.
    Close,
}

impl Incoming {
    /// A body before its first byte.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] if the announced length is above the configured limit.
    pub(crate) fn new(framing: Framing, keep_for: Option<Duration>, config: &Config) -> Result<Self, Error> {
        let length = match framing {
            Framing::Length(length) => Some(length),
            Framing::Chunked(_) | Framing::Close => None,
        };
        Ok(Self { body: Body::new(length, config)?, framing, keep_for })
    }

    /// Takes the bytes that arrived with the head; returns `true` if the body is whole.
    ///
    /// # Errors
    ///
    /// Those of [`filled`](Self::filled).
    pub(crate) fn begin(&mut self, bytes: &mut [u8]) -> Result<bool, Error> {
        let length = self.framing.decode(bytes);
        self.body.copy(&bytes[..length])?;
        self.is_whole()
    }

    /// The free space for the next bytes, never empty.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        self.body.space()
    }

    /// Takes `n` bytes that were put into [`space`](Self::space), where 0 is the end of the connection; returns `true`
    /// if the body is whole.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] if the connection ended too early, [`Error::Malformed`] for bad chunks, and
    /// [`Error::TooLarge`] for a body above the configured limit.
    pub(crate) fn filled(&mut self, n: usize) -> Result<bool, Error> {
        if n == 0 {
            return if matches!(self.framing, Framing::Close) { Ok(true) } else { Err(self.truncated()) };
        }
        let decoded = self.framing.decode(&mut self.body.space()[..n]);
        self.body.filled(decoded)?;
        self.is_whole()
    }

    /// The bytes received, and the total if it is known.
    #[must_use]
    pub(crate) fn progress(&self) -> Progress {
        self.body.progress()
    }

    /// The error of a body whose connection ended here.
    #[must_use]
    pub(crate) fn truncated(&self) -> Error {
        self.body.truncated()
    }

    /// The photo, once the body is whole, and the time that the connection may be kept for another request. The photo
    /// is [`Error::NotAPhoto`] if the bytes begin like no known format and the configuration requires one.
    pub(crate) fn finish(self, target: &Target, config: &Config) -> (Result<Photo, Error>, Option<Duration>) {
        let is_reusable = match &self.framing {
            Framing::Length(_) => !self.body.has_surplus(),
            Framing::Chunked(chunked) => !chunked.has_surplus(),
            Framing::Close => false,
        };
        (self.body.finish(target, config), self.keep_for.filter(|_| is_reusable))
    }

    fn is_whole(&self) -> Result<bool, Error> {
        match &self.framing {
            Framing::Length(_) => Ok(self.body.is_whole()),
            Framing::Chunked(chunked) => chunked.is_over(),
            Framing::Close => Ok(false),
        }
    }
}

impl Framing {
    /// Decodes in place; returns the number of photo bytes.
    fn decode(&mut self, bytes: &mut [u8]) -> usize {
        match self {
            Self::Chunked(chunked) => chunked.decode(bytes),
            Self::Length(_) | Self::Close => bytes.len(),
        }
    }
}
