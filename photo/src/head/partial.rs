//! A head that arrives in pieces.

use super::{Head, MAX_HEAD, Parsed};
use crate::Error;

/// Bytes that are parsed again without limit while a head arrives in small pieces: enough for a head of 1,400 bytes
/// that arrives byte by byte. Above, a head is parsed again once it is an eighth longer, or when it ends.
const FREE_WORK: usize = 1 << 20;

/// A head that is not whole yet, in a buffer of its size.
///
/// A parser that starts over with every piece takes time quadratic in the head's length: seconds, if the server is
/// hostile. The rules here bound the bytes parsed to [`FREE_WORK`] plus nine times the length.
#[derive(Debug, Default)]
pub(crate) struct PartialHead {
    /// Bytes after the interim replies, which are dropped once they are whole.
    bytes: Vec<u8>,
    /// Bytes of interim replies that were dropped.
    dropped: usize,
    /// Bytes parsed at the last try.
    tried: usize,
    /// Bytes parsed in all tries.
    work: usize,
}

impl PartialHead {
    /// Whether nothing of the reply has arrived.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.dropped == 0
    }

    /// Adds `piece`. Once the head is whole, it calls `decide` with the head and the bytes after it; returns the
    /// result and these bytes, or `None` while the head is incomplete.
    pub(crate) fn add<'a, T>(
        &'a mut self,
        piece: &'a mut [u8],
        decide: impl FnOnce(Head<'_>, &[u8]) -> Result<T, Error>,
    ) -> Result<Option<(T, &'a mut [u8])>, Error> {
        // Most heads arrive whole and are parsed in place.
        let comes_first = self.bytes.is_empty();
        if !comes_first {
            self.bytes.extend_from_slice(piece);
            if !self.is_due(piece.len()) {
                return self.check_length(self.bytes.len()).map(|()| None);
            }
        }
        let input = if comes_first { &*piece } else { &self.bytes };
        self.work += input.len();
        let (read, decided) = match Head::parse(input)? {
            Parsed::Partial { interim } => (interim, None),
            Parsed::Whole { length, head } => {
                self.check_length(length)?;
                (length, Some(decide(head, &input[length..])?))
            }
        };
        let input_length = input.len();
        if let Some(decided) = decided {
            let input = if comes_first { piece } else { &mut self.bytes };
            return Ok(Some((decided, &mut input[read..])));
        }
        self.check_length(input_length)?;
        if comes_first {
            self.bytes = piece[read..].to_vec();
        } else {
            self.bytes.drain(..read);
        }
        self.dropped += read;
        self.tried = self.bytes.len();
        Ok(None)
    }

    /// The error of a connection that ended here: a head that no bytes can complete was malformed.
    pub(crate) fn truncated(&self) -> Error {
        match Head::parse(&self.bytes) {
            Err(error) => error,
            Ok(_) => Error::Truncated { received: 0, expected: None },
        }
    }

    fn is_due(&self, added: usize) -> bool {
        // The end of a head may have started two bytes before.
        let added = &self.bytes[self.bytes.len().saturating_sub(added + 2)..];
        self.work < FREE_WORK
            || self.bytes.len() >= self.tried + self.tried / 8
            || added.windows(2).any(|end| end == b"\n\n")
            || added.windows(3).any(|end| end == b"\n\r\n")
    }

    fn check_length(&self, length: usize) -> Result<(), Error> {
        if self.dropped + length > MAX_HEAD {
            return Err(Error::malformed(format_args!("a head of more than {MAX_HEAD} bytes")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes parsed while `head` arrives byte by byte.
    fn work(head: &str) -> usize {
        let mut partial = PartialHead::default();
        for byte in head.bytes() {
            if !matches!(partial.add(&mut [byte], |_, _| Ok(())), Ok(None)) {
                break;
            }
        }
        partial.work
    }

    #[test]
    fn a_head_in_drops_is_parsed_in_linear_work() {
        let ok = "HTTP/1.1 200 OK\r\n";
        for hostile in [
            "HTTP/1.1 100 Continue\r\n\r\n".repeat(MAX_HEAD / 25),
            "HTTP/1.1 100 \n\n".repeat(MAX_HEAD / 15),
            format!("{ok}X: {}", "x".repeat(MAX_HEAD - 20)),
            format!("{ok}X: y\r\n{}", " z\r\n".repeat((MAX_HEAD - 23) / 4)),
            format!("{ok}{}", "Junk y: z\r\n".repeat((MAX_HEAD - 17) / 11)),
            format!("{ok}{}", "\t\r\n".repeat((MAX_HEAD - 17) / 3)),
        ] {
            assert!(hostile.len() > MAX_HEAD * 9 / 10);
            let work = work(&hostile);
            assert!(work <= FREE_WORK + 10 * MAX_HEAD, "{work} bytes parsed for {:?}", &hostile[..40]);
        }
    }

    #[test]
    fn a_short_head_is_parsed_with_every_byte() {
        let junk = format!("HTTP/1.1 200 OK\r\nX: {}\0", "x".repeat(1000));
        let mut partial = PartialHead::default();
        let (good, bad) = junk.split_at(junk.len() - 1);
        good.bytes().for_each(|byte| assert!(partial.add(&mut [byte], |_, _| Ok(())).unwrap().is_none()));
        // A bad value makes a line junk, which is ignored only once it has ended.
        assert!(partial.add(&mut bad.as_bytes().to_vec(), |_, _| Ok(())).is_err());
    }

    #[test]
    fn a_head_has_at_most_64_kib() {
        let add = |head: &str| {
            PartialHead::default()
                .add(&mut head.as_bytes().to_vec(), |_, _| Ok(()))
                .map(|whole| whole.is_some())
        };
        let interim = |count| add(&"HTTP/1.1 102 Wait\r\n\r\n".repeat(count));
        assert!(!interim(MAX_HEAD / 21).unwrap());
        assert!(interim(MAX_HEAD / 21 + 1).is_err());
        let line = |length| add(&format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "y".repeat(length)));
        assert!(line(MAX_HEAD - 24).unwrap());
        assert!(line(MAX_HEAD - 23).is_err());
    }
}
