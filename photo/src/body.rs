//! The photo's bytes as they arrive.

use std::time::Duration;

use crate::chunked::Chunked;
use crate::{Config, Error, Photo, Target};

/// Most bytes reserved for an announced length; beyond, the buffer grows with the bytes received.
const FIRST_CAPACITY: usize = 256 << 10;

/// Capacity to start with if the length is unknown.
const SMALL_CAPACITY: usize = 16 << 10;

/// The progress of a download.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Progress {
    /// Bytes of the photo received so far.
    pub received: u64,
    /// Length of the photo in bytes, if the server has sent it.
    pub total: Option<u64>,
}

/// The body of a reply as it arrives, and the limits on it.
///
/// The style reads into [`space`](Self::space), so only bytes that arrive with the head are copied.
#[derive(Debug)]
pub(crate) struct Body {
    bytes: Vec<u8>,
    received: usize,
    framing: Framing,
    /// The length by the framing, if it is known.
    length: Option<usize>,
    max_bytes: u64,
    /// Whether more bytes arrived than announced: then nothing that follows on this connection can be trusted.
    surplus: bool,
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

impl Body {
    /// A body before its first byte; an error if the announced length is above the configured limit.
    pub(crate) fn new(framing: Framing, keep_for: Option<Duration>, config: &Config) -> Result<Self, Error> {
        let max_bytes = config.max_bytes;
        let too_large = Error::TooLarge { limit: max_bytes };
        let length = match framing {
            Framing::Length(length) if length > max_bytes => return Err(too_large),
            Framing::Length(length) => Some(usize::try_from(length).map_err(|_| too_large)?),
            Framing::Chunked(_) | Framing::Close => None,
        };
        Ok(Self { bytes: Vec::new(), received: 0, framing, length, max_bytes, surplus: false, keep_for })
    }

    /// Takes the bytes that arrived with the head: often the whole photo. Returns `true` if the body is whole.
    pub(crate) fn begin(&mut self, bytes: &mut [u8]) -> Result<bool, Error> {
        let decoded = self.framing.decode(bytes);
        let mut bytes = &bytes[..decoded];
        if let Some(length) = self.length.filter(|length| *length <= bytes.len()) {
            self.bytes = bytes[..length].to_vec();
            self.received = length;
            self.surplus = bytes.len() > length;
            bytes = &[];
        }
        while !bytes.is_empty() {
            let space = self.space();
            let n = space.len().min(bytes.len());
            space[..n].copy_from_slice(&bytes[..n]);
            self.add(n)?;
            bytes = &bytes[n..];
        }
        self.is_whole()
    }

    /// The free space for the next bytes, never empty.
    ///
    /// It reaches one byte beyond a known length. A read that leaves this byte free has emptied the socket, which
    /// saves the next read. One that fills it shows that the server sent more than it announced.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        if self.received == self.bytes.len() {
            let room =
                if self.length.is_none() && self.received == 0 { SMALL_CAPACITY } else { FIRST_CAPACITY };
            // No body needs much more than the limit.
            let most = usize::try_from(self.max_bytes).unwrap_or(usize::MAX).saturating_add(SMALL_CAPACITY);
            let room = room.max(2 * self.received).min(most);
            let room = self.length.filter(|length| *length <= room).map_or(room, |length| length + 1);
            if self.bytes.is_empty() {
                // The allocator zeroes it, which costs nothing for large blocks.
                self.bytes = vec![0; room];
            } else {
                self.bytes.reserve_exact(room - self.received);
                self.bytes.resize(room, 0);
            }
        }
        &mut self.bytes[self.received..]
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
        let decoded = self.framing.decode(&mut self.bytes[self.received..][..n]);
        self.add(decoded)?;
        self.is_whole()
    }

    /// The bytes received, and the total if it is known.
    pub(crate) fn progress(&self) -> Progress {
        Progress { received: self.received as u64, total: self.length.map(|length| length as u64) }
    }

    /// The error of a body whose connection ended here.
    pub(crate) fn truncated(&self) -> Error {
        let Progress { received, total } = self.progress();
        Error::Truncated { received, expected: total }
    }

    /// The photo, once the body is whole, and the time that the connection may be kept for another request. The photo
    /// is [`Error::NotAPhoto`] if the bytes begin like no known format and the configuration requires one.
    pub(crate) fn finish(
        mut self,
        target: &Target,
        config: &Config,
    ) -> (Result<Photo, Error>, Option<Duration>) {
        let is_reusable = match &self.framing {
            Framing::Length(_) => !self.surplus,
            Framing::Chunked(chunked) => !chunked.has_surplus(),
            Framing::Close => false,
        };
        self.bytes.truncate(self.received);
        // Another allocation costs too much for a few bytes.
        if self.bytes.capacity() - self.received > self.received / 8 {
            self.bytes.shrink_to_fit();
        }
        (Photo::new(self.bytes, target, config), self.keep_for.filter(|_| is_reusable))
    }

    /// Counts `n` bytes of the photo.
    fn add(&mut self, n: usize) -> Result<(), Error> {
        self.received += n;
        if let Some(length) = self.length.filter(|length| self.received > *length) {
            self.received = length;
            self.surplus = true;
        }
        if self.received as u64 > self.max_bytes {
            return Err(Error::TooLarge { limit: self.max_bytes });
        }
        Ok(())
    }

    fn is_whole(&self) -> Result<bool, Error> {
        match &self.framing {
            Framing::Length(_) => Ok(self.length == Some(self.received)),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn body(framing: Framing, max_bytes: u64) -> Result<Body, Error> {
        Body::new(framing, None, &Config::default().max_bytes(max_bytes))
    }

    #[test]
    fn the_space_reaches_one_byte_beyond_the_length() {
        let length = FIRST_CAPACITY + 3;
        let mut body = body(Framing::Length(length as u64), u64::MAX).unwrap();
        let n = body.space().len();
        assert!(!body.filled(n).unwrap());
        assert_eq!(body.space().len(), 4);
        assert!(body.filled(3).unwrap() && !body.surplus);
        assert_eq!(body.space().len(), 1);
        assert!(body.filled(1).unwrap() && body.surplus);
        assert_eq!(body.received, length);
    }

    #[test]
    fn a_body_of_unknown_length_takes_little_more_than_the_limit() {
        for limit in [1 << 20, 1_500_000] {
            let mut body = body(Framing::Close, limit as u64).unwrap();
            let mut most = 0;
            loop {
                let n = body.space().len();
                most = most.max(body.bytes.capacity());
                if body.filled(n).is_err() {
                    break;
                }
            }
            assert!(body.received > limit && most <= limit + SMALL_CAPACITY, "{most} bytes for {limit}");
        }
    }

    #[test]
    fn more_than_the_limit_is_refused_announced_or_not() {
        assert!(body(Framing::Length(10), 10).is_ok());
        assert!(matches!(body(Framing::Length(11), 10), Err(Error::TooLarge { limit: 10 })));
        let mut body = body(Framing::Close, 10).unwrap();
        body.begin(&mut [0; 10]).unwrap();
        body.space()[0] = 0;
        assert!(matches!(body.filled(1), Err(Error::TooLarge { limit: 10 })));
    }
}
