//! The photo's bytes as they arrive.

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

/// A body being received, and the limits on it.
///
/// The style reads into [`space`](Self::space), so only bytes that arrive with the head are copied.
#[derive(Debug)]
pub(crate) struct Body {
    bytes: Vec<u8>,
    received: usize,
    length: Option<usize>,
    max_bytes: u64,
    surplus: bool,
}

impl Body {
    /// A body of `length` bytes, or of unknown length.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] if `length` is above the configured limit.
    pub(crate) fn new(length: Option<u64>, config: &Config) -> Result<Self, Error> {
        let max_bytes = config.max_bytes;
        let too_large = Error::TooLarge { limit: max_bytes };
        let length = match length {
            Some(length) if length > max_bytes => return Err(too_large),
            Some(length) => Some(usize::try_from(length).map_err(|_| too_large)?),
            None => None,
        };
        Ok(Self { bytes: Vec::new(), received: 0, length, max_bytes, surplus: false })
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

    /// Counts `n` bytes that were put into [`space`](Self::space).
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] if the total is above the configured limit.
    pub(crate) fn filled(&mut self, n: usize) -> Result<(), Error> {
        self.received += n;
        debug_assert!(self.received <= self.bytes.len(), "more bytes than there was space for");
        if let Some(length) = self.length.filter(|length| self.received > *length) {
            self.received = length;
            self.surplus = true;
        }
        if self.received() > self.max_bytes {
            return Err(Error::TooLarge { limit: self.max_bytes });
        }
        Ok(())
    }

    /// Takes `bytes` that arrived with the head: often the whole photo.
    pub(crate) fn copy(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        if let Some(length) = self.length.filter(|length| *length <= bytes.len()) {
            self.bytes = bytes[..length].to_vec();
            self.received = length;
            self.surplus = bytes.len() > length;
            return Ok(());
        }
        while !bytes.is_empty() && !self.surplus {
            let space = self.space();
            let n = space.len().min(bytes.len());
            space[..n].copy_from_slice(&bytes[..n]);
            self.filled(n)?;
            bytes = &bytes[n..];
        }
        Ok(())
    }

    /// The number of bytes received.
    pub(crate) fn received(&self) -> u64 {
        self.received as u64
    }

    /// The bytes received, and the total if it is known.
    pub(crate) fn progress(&self) -> Progress {
        Progress { received: self.received(), total: self.length.map(|length| length as u64) }
    }

    /// Whether a known length has been received. A body of unknown length ends as its framing decides.
    pub(crate) fn is_whole(&self) -> bool {
        self.length == Some(self.received)
    }

    /// Whether more bytes arrived than announced: then nothing that follows on this connection can be trusted.
    pub(crate) fn has_surplus(&self) -> bool {
        self.surplus
    }

    /// The error of a body whose connection ended here.
    pub(crate) fn truncated(&self) -> Error {
        Error::Truncated { received: self.received(), expected: self.length.map(|length| length as u64) }
    }

    /// The photo, once the body is whole.
    ///
    /// # Errors
    ///
    /// [`Error::NotAPhoto`] if the bytes begin like no known format and the configuration requires one.
    pub(crate) fn finish(mut self, target: &Target, config: &Config) -> Result<Photo, Error> {
        self.bytes.truncate(self.received);
        // Another allocation costs too much for a few bytes.
        if self.bytes.capacity() - self.received > self.received / 8 {
            self.bytes.shrink_to_fit();
        }
        Photo::new(self.bytes, target, config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claimed_length_reserves_little() {
        let config = Config::default().max_bytes(u64::MAX);
        let mut body = Body::new(Some(1 << 40), &config).unwrap();
        assert_eq!(body.space().len(), FIRST_CAPACITY);
    }

    #[test]
    fn the_space_reaches_one_byte_beyond_the_length() {
        let length = FIRST_CAPACITY + 3;
        let mut body = Body::new(Some(length as u64), &Config::default()).unwrap();
        let n = body.space().len();
        body.filled(n).unwrap();
        assert_eq!(body.space().len(), 4);
        body.filled(3).unwrap();
        assert!(body.is_whole() && !body.has_surplus());
        assert_eq!(body.space().len(), 1);
        body.filled(1).unwrap();
        assert!(body.is_whole() && body.has_surplus());
        assert_eq!(body.received(), length as u64);
    }

    #[test]
    fn a_body_of_unknown_length_takes_little_more_than_the_limit() {
        for limit in [1 << 20, 1_500_000] {
            let mut body = Body::new(None, &Config::default().max_bytes(limit as u64)).unwrap();
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
        let config = Config::default().max_bytes(10);
        assert!(Body::new(Some(10), &config).is_ok());
        assert!(matches!(Body::new(Some(11), &config), Err(Error::TooLarge { limit: 10 })));
        let mut body = Body::new(None, &config).unwrap();
        body.copy(&[0; 10]).unwrap();
        assert!(matches!(body.copy(&[0]), Err(Error::TooLarge { limit: 10 })));
    }
}
