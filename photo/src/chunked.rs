//! A body sent in chunks.

use crate::Error;

/// Longest line before a chunk, and longest trailer, in bytes.
const MAX_LINE: usize = 64 << 10;

/// Decodes a chunked body (RFC 9112, section 7.1) in place, however it is split into pieces.
///
/// Sizes are hexadecimal digits and nothing else. Extensions and trailer fields are ignored. A bare line feed also
/// ends a line, but a chunk must end like the line before it, or its size is wrong. The body is whole after the empty
/// line after the last chunk, not before.
#[derive(Debug)]
pub(crate) struct Chunked {
    state: State,
    /// Bytes of this line, or of the trailer.
    line: usize,
    decoded: u64,
    /// The `Content-Length`, which should be absent and must not contradict.
    declared: Option<u64>,
    surplus: bool,
    broken: Option<Error>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Reads the line before a chunk.
    Size {
        size: u64,
        part: Part,
    },
    /// Reads a chunk, which ends in CRLF or a bare LF.
    Data {
        left: u64,
        crlf: bool,
    },
    DataEnd {
        crlf: bool,
    },
    /// Reads a line after the last chunk.
    Trailer {
        empty: bool,
        cr: bool,
    },
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    FirstDigit,
    Digits,
    Space,
    Extension,
    Cr,
}

impl Chunked {
    /// A body before its first byte. A declared length must be the right one.
    pub(crate) fn new(declared: Option<u64>) -> Self {
        let state = State::Size { size: 0, part: Part::FirstDigit };
        Self { state, line: 0, decoded: 0, declared, surplus: false, broken: None }
    }

    /// Decodes `bytes` in place; the result is the number of photo bytes, which are now the first ones. They count
    /// even if an error follows them, which [`is_over`](Self::is_over) returns.
    pub(crate) fn decode(&mut self, bytes: &mut [u8]) -> usize {
        let (mut read, mut written) = (0, 0);
        while read < bytes.len() && self.broken.is_none() {
            match self.state {
                State::Data { left, crlf } => {
                    let n = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len() - read);
                    bytes.copy_within(read..read + n, written);
                    read += n;
                    written += n;
                    self.decoded += n as u64;
                    let left = left - n as u64;
                    self.state = if left > 0 { State::Data { left, crlf } } else { State::DataEnd { crlf } };
                }
                State::Over => {
                    self.surplus = true;
                    break;
                }
                state => {
                    match self.framing(state, bytes[read]) {
                        Ok(next) => self.state = next,
                        Err(error) => self.broken = Some(error),
                    }
                    read += 1;
                }
            }
        }
        written
    }

    /// The state after a byte of framing, which is no byte of the photo.
    fn framing(&mut self, state: State, byte: u8) -> Result<State, Error> {
        self.line += 1;
        if self.line > MAX_LINE {
            return Err(Error::malformed(format_args!(
                "more than {MAX_LINE} bytes of framing around a chunk"
            )));
        }
        let next = next(state, byte).ok_or_else(|| refused(state, byte))?;
        match (next, self.declared) {
            (State::Data { .. } | State::DataEnd { .. }, _) => self.line = 0,
            (State::Over, Some(declared)) if declared != self.decoded => {
                let decoded = self.decoded;
                return Err(Error::malformed(format_args!("{decoded} bytes in chunks, {declared} declared")));
            }
            _ => {}
        }
        Ok(next)
    }

    /// Whether the body is whole; an error if it can never be.
    pub(crate) fn is_over(&self) -> Result<bool, Error> {
        match &self.broken {
            Some(error) => Err(error.clone()),
            None => Ok(matches!(self.state, State::Over)),
        }
    }

    /// Whether more bytes arrived than the body: then nothing that follows on this connection can be trusted.
    pub(crate) fn has_surplus(&self) -> bool {
        self.surplus
    }
}

/// The state after a byte of framing; `None` if it is not allowed there.
fn next(state: State, byte: u8) -> Option<State> {
    Some(match (state, byte) {
        (State::Size { part: Part::FirstDigit, .. }, b'\r' | b'\n' | b' ' | b'\t' | b';') => return None,
        (State::Size { size: 0, .. }, b'\n') => State::Trailer { empty: true, cr: false },
        (State::Size { size, part }, b'\n') => State::Data { left: size, crlf: part == Part::Cr },
        (State::Size { part: Part::Cr, .. }, _) => return None,
        (State::Size { size, .. }, b'\r') => State::Size { size, part: Part::Cr },
        (State::Size { part: Part::Extension, .. }, _) => state,
        (State::Size { size, .. }, b';') => State::Size { size, part: Part::Extension },
        (State::Size { size, .. }, b' ' | b'\t') => State::Size { size, part: Part::Space },
        (State::Size { part: Part::Space, .. }, _) => return None,
        (State::Size { size, .. }, digit) => {
            let digit = char::from(digit).to_digit(16)?;
            let size = size.checked_mul(16)?.checked_add(digit.into())?;
            State::Size { size, part: Part::Digits }
        }
        (State::DataEnd { crlf: true }, b'\r') => State::DataEnd { crlf: false },
        (State::DataEnd { crlf: false }, b'\n') => State::Size { size: 0, part: Part::FirstDigit },
        (State::Trailer { empty: true, .. }, b'\n') => State::Over,
        (State::Trailer { .. }, b'\n') => State::Trailer { empty: true, cr: false },
        (State::Trailer { empty, cr: false }, b'\r') => State::Trailer { empty, cr: true },
        (State::Trailer { cr: false, .. }, _) => State::Trailer { empty: false, cr: false },
        _ => return None,
    })
}

fn refused(state: State, byte: u8) -> Error {
    let place = match state {
        State::Size { part: Part::Digits | Part::FirstDigit, .. } => "the size of a chunk",
        State::Size { .. } => "the line of a chunk's size",
        State::Trailer { .. } => "the trailer",
        State::Data { .. } | State::DataEnd { .. } | State::Over => "what follows a chunk",
    };
    Error::malformed(format_args!("'{}' in {place}", byte.escape_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The decoded `pieces`, and whether the body is whole.
    fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<(String, bool), Error> {
        let mut chunked = Chunked::new(None);
        let mut decoded = Vec::new();
        for piece in pieces {
            let mut bytes = piece.to_vec();
            let n = chunked.decode(&mut bytes);
            decoded.extend(&bytes[..n]);
        }
        Ok((String::from_utf8(decoded).unwrap(), chunked.is_over()?))
    }

    const GOOD: [&str; 6] = [
        "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
        "05\r\nhello\r\n0006 \t\r\n world\r\n000\r\n\r\n",
        "b;name=value;other=\"in; quotes\"\r\nhello world\r\n0;last\r\nField: value\r\n more: of it\r\n\r\n",
        "B ; and a rather long extension without a use\r\nhello world\r\n0\r\n\r\n",
        "b\nhello world\n0\n\n",
        "b;x\nhello world\n0\r\nField: value\n\r\n",
    ];

    #[test]
    fn chunks_are_put_together_however_they_come() {
        let expected = ("hello world".to_owned(), true);
        for good in GOOD {
            let bytes = good.as_bytes();
            assert_eq!(decode([bytes]).unwrap(), expected, "{good}");
            assert_eq!(decode(bytes.chunks(1)).unwrap(), expected, "{good}");
            for at in 1..bytes.len() {
                assert_eq!(decode([&bytes[..at], &bytes[at..]]).unwrap(), expected, "{good} at {at}");
                assert!(!decode([&bytes[..at]]).unwrap().1, "{good} cut at {at}");
            }
        }
    }

    /// The fault table of the suite has more of them.
    #[test]
    fn framing_that_is_in_doubt_is_refused() {
        for bad in [
            "5,5\r\n",
            ";x\r\n",
            "5\r5\n",
            "5;x\ry\n",
            "10000000000000000\r\n",
            "5\r\nhello!\r\n",
            "5\r\nhello5\r\n",
            "5\r\nhello\r5",
            "5\r\nhello\n",
            "5\nhello\r\n",
            "0\r\n\rx",
            "0\r\nField\rx\n",
        ] {
            assert!(decode([bad.as_bytes()]).is_err(), "{bad:?}");
        }
        let mut contradicted = Chunked::new(Some(4));
        assert_eq!(contradicted.decode(&mut b"5\r\nhello\r\n0\r\n\r\n".to_vec()), 5);
        assert!(contradicted.is_over().is_err());
    }

    #[test]
    fn lines_and_trailers_have_a_bound() {
        let extended = |n| decode([format!("5;{}\r\n", "x".repeat(n)).as_bytes()]);
        assert!(extended(MAX_LINE - 4).is_ok());
        assert!(extended(MAX_LINE - 3).is_err());
        let trailer = |fields| decode([format!("0\r\n{}", "Field: value\r\n".repeat(fields)).as_bytes()]);
        assert!(trailer((MAX_LINE - 3) / 14).is_ok());
        assert!(trailer((MAX_LINE - 3) / 14 + 1).is_err());
    }

    #[test]
    fn bytes_before_a_fault_count() {
        let mut chunked = Chunked::new(None);
        assert_eq!(chunked.decode(&mut b"5\r\nhello\r\nworld".to_vec()), 5);
        assert!(chunked.is_over().is_err());
        assert_eq!(chunked.decode(&mut b"5\r\nhello\r\n".to_vec()), 0);
    }

    #[test]
    fn surplus_bytes_are_noticed() {
        let mut chunked = Chunked::new(None);
        assert_eq!(chunked.decode(&mut b"0\r\n\r\n".to_vec()), 0);
        assert!(chunked.is_over().unwrap() && !chunked.has_surplus());
        chunked.decode(&mut b"H".to_vec());
        assert!(chunked.has_surplus());
    }
}
