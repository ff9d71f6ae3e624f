//! The photo's bytes, as they come.

use crate::{Config, Error, Photo, Target};

/// Most bytes that are reserved on a server's mere word; beyond, the buffer grows with what really comes.
const FIRST_CAPACITY: usize = 256 << 10;

/// Room to begin with where nothing is known of the length.
const SMALL_CAPACITY: usize = 16 << 10;

/// How far a download has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Progress {
    /// Bytes of the photo received so far.
    pub received: u64,
    /// Length of the photo in bytes, if the server has sent it.
    pub total: Option<u64>,
}

/// A body being received, and the limits on it.
///
/// The style reads straight into [`space`](Self::space), so bytes behind the head's last piece are not copied.
#[derive(Debug)]
pub(crate) struct Body {
    bytes: Vec<u8>,
    received: usize,
    length: Option<usize>,
    max_bytes: u64,
    surplus: bool,
}

impl Body {
    /// A body of `length` bytes, or of as many as come.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] if `length` is more than the configuration allows.
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

    /// Where the next bytes go, never empty.
    ///
    /// It reaches one byte beyond a known length. A read that leaves this byte free has emptied the socket, which
    /// spares the next attempt; one that fills it has shown that the server sent more than it announced.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        if self.received == self.bytes.len() {
            let room =
                if self.length.is_none() && self.received == 0 { SMALL_CAPACITY } else { FIRST_CAPACITY };
            // Nobody needs much more than is allowed.
            let most = usize::try_from(self.max_bytes).unwrap_or(usize::MAX).saturating_add(SMALL_CAPACITY);
            let room = room.max(2 * self.received).min(most);
            let room = self.length.filter(|length| *length <= room).map_or(room, |length| length + 1);
            if self.bytes.is_empty() {
                // Zeroed by the allocator, which for large blocks costs nothing.
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
    /// [`Error::TooLarge`] if there are now more than the configuration allows.
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

    /// Takes `bytes` that came with the head: often the whole photo.
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

    /// How many bytes have come.
    pub(crate) fn received(&self) -> u64 {
        self.received as u64
    }

    /// How many bytes have come, and of how many.
    pub(crate) fn progress(&self) -> Progress {
        Progress { received: self.received(), total: self.length.map(|length| length as u64) }
    }

    /// Whether a known length has been received; how a body of unknown length ends, its framing says.
    pub(crate) fn is_whole(&self) -> bool {
        self.length == Some(self.received)
    }

    /// Whether more came than was announced: then nothing that follows on this connection can be trusted.
    pub(crate) fn has_surplus(&self) -> bool {
        self.surplus
    }

    /// The error of a body whose connection ended here.
    pub(crate) fn truncated(&self) -> Error {
        Error::Truncated { received: self.received(), expected: self.length.map(|length| length as u64) }
    }

    /// The photo, now that the body has ended where it should.
    ///
    /// # Errors
    ///
    /// [`Error::NotAPhoto`] if the bytes begin like no known format and the configuration wants one.
    pub(crate) fn finish(mut self, target: &Target, config: &Config) -> Result<Photo, Error> {
        self.bytes.truncate(self.received);
        // For a byte or two, another allocation is too much.
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
    fn what_nobody_announced_takes_little_more_than_the_limit() {
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
