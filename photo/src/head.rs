//! The head of a reply, as far as its fields decide anything.

use std::mem::MaybeUninit;
use std::time::Duration;

use httparse::{Header, ParserConfig, Response, Status};

use crate::body::Framing;
use crate::chunked::Chunked;
use crate::{Error, RetryAfter};

mod field;
mod partial;

use field::{Field, items};
pub(crate) use partial::PartialHead;

/// Largest head of a reply, with the interim replies before it, in bytes.
pub(crate) const MAX_HEAD: usize = 64 << 10;

/// Most fields of a head.
const MAX_FIELDS: usize = 1000;

/// Enough fields for nearly every head; space for these is on the stack.
const FEW_FIELDS: usize = 64;

/// The deciding content of a reply's head.
///
/// The reader accepts replies that RFC 9112 allows or that servers really send: folded lines, bare line feeds, interim
/// replies (RFC 9110, section 15.2), hundreds of fields, some of them junk. It refuses a head that leaves the end of
/// the body in doubt, and junk that could have been a deciding field.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a field can say")]
pub(crate) struct Head<'a> {
    /// The status code (RFC 9110, section 15).
    pub(crate) code: u16,
    is_http_1_0: bool,
    length: Option<u64>,
    has_transfer_encoding: bool,
    chunked: bool,
    close: bool,
    asks_to_keep: bool,
    /// Time that the server keeps an idle connection, if it announces one.
    pub(crate) idle_timeout: Option<Duration>,
    /// A compression of the body, which no request offers.
    pub(crate) compression: Option<&'a [u8]>,
    /// The target of a redirect, folds included.
    pub(crate) location: Option<&'a [u8]>,
    /// Whether there is another `Location` with another value.
    pub(crate) has_other_location: bool,
    /// The time at which the server asks for another attempt.
    pub(crate) retry_after: Option<RetryAfter>,
}

/// The first bytes of a reply.
#[derive(Debug)]
pub(crate) enum Parsed<'a> {
    /// Interim replies of this length, and then part of a head.
    Partial { interim: usize },
    /// Interim replies and a head, of this length together.
    Whole { length: usize, head: Head<'a> },
}

impl<'a> Head<'a> {
    /// Reads the head of the reply that begins with `input`.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if `input` does not begin with a head, if there are more than 1,000 fields, or if the end
    /// of the body is in doubt.
    pub(crate) fn parse(input: &'a [u8]) -> Result<Parsed<'a>, Error> {
        let mut length = 0;
        loop {
            match Self::parse_one(&input[length..])? {
                None => return Ok(Parsed::Partial { interim: length }),
                Some((interim, head)) if head.is_interim() => length += interim,
                Some((last, head)) => return Ok(Parsed::Whole { length: length + last, head }),
            }
        }
    }

    /// The end of the body (RFC 9112, section 6.3).
    pub(crate) fn framing(&self) -> Framing {
        match self.length {
            length if self.chunked => Framing::Chunked(Chunked::new(length)),
            Some(length) => Framing::Length(length),
            None => Framing::Close,
        }
    }

    /// Whether the server offers the connection for another request (RFC 9112, section 9.3).
    pub(crate) fn keep_alive(&self) -> bool {
        !self.close && (!self.is_http_1_0 || self.asks_to_keep)
    }

    /// Whether another head follows. After status 101, it would not be one of HTTP.
    fn is_interim(&self) -> bool {
        matches!(self.code, 100 | 102..200)
    }

    fn parse_one(input: &'a [u8]) -> Result<Option<(usize, Self)>, Error> {
        if let Some(b'\r' | b'\n') = input.first() {
            return Err(Error::malformed("an empty line in place of a head"));
        }
        let mut few = [const { MaybeUninit::uninit() }; FEW_FIELDS];
        let mut head = Response::new(&mut []);
        match parser().parse_response_with_uninit_headers(&mut head, input, &mut few) {
            Ok(Status::Complete(length)) => Ok(Some((length, Self::new(&head)?))),
            Ok(Status::Partial) => Ok(None),
            Err(
                httparse::Error::TooManyHeaders | httparse::Error::HeaderName | httparse::Error::HeaderValue,
            ) => Self::parse_unusual(input),
            Err(error) => Err(malformed(error)),
        }
    }

    /// Reads a head with many fields, or with lines that are no fields.
    #[cold]
    fn parse_unusual(input: &'a [u8]) -> Result<Option<(usize, Self)>, Error> {
        let mut many = Box::new_uninit_slice(MAX_FIELDS);
        let mut head = Response::new(&mut []);
        let parsed = parser()
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .parse_response_with_uninit_headers(&mut head, input, &mut many);
        let Status::Complete(length) = parsed.map_err(malformed)? else { return Ok(None) };
        field::check_ignored(&input[..length], head.headers)?;
        Ok(Some((length, Self::new(&head)?)))
    }

    fn new(parsed: &Response<'_, 'a>) -> Result<Self, Error> {
        let code = parsed.code.unwrap_or_default();
        let mut head = Self { code, is_http_1_0: parsed.version == Some(0), ..Self::default() };
        if code < 100 {
            return Err(Error::malformed(format_args!("status code {code:03}")));
        }
        if head.is_interim() {
            return Ok(head);
        }
        for field in &*parsed.headers {
            head.note(field)?;
        }
        if head.is_http_1_0 && head.has_transfer_encoding {
            return Err(Error::malformed("Transfer-Encoding in HTTP/1.0"));
        }
        Ok(head)
    }

    fn note(&mut self, field: &Header<'a>) -> Result<(), Error> {
        let value = field.value;
        match Field::of(field.name.as_bytes()) {
            Some(Field::ContentLength) => return items(value).try_for_each(|length| self.length(length)),
            Some(Field::TransferEncoding) => {
                self.has_transfer_encoding = true;
                return items(value).try_for_each(|coding| self.transfer_coding(coding));
            }
            Some(Field::Connection) => {
                for option in items(value) {
                    self.close |= option.eq_ignore_ascii_case(b"close");
                    self.asks_to_keep |= option.eq_ignore_ascii_case(b"keep-alive");
                }
            }
            Some(Field::ContentEncoding) => {
                self.compression = self.compression.or_else(|| items(value).find(|it| is_compression(it)));
            }
            Some(Field::KeepAlive) => {
                self.idle_timeout = self.idle_timeout.or_else(|| items(value).find_map(idle_timeout));
            }
            Some(Field::Location) => {
                self.has_other_location |= self.location.is_some_and(|location| location != value);
                self.location = self.location.or(Some(value));
            }
            Some(Field::RetryAfter) => {
                self.retry_after = self.retry_after.or_else(|| RetryAfter::parse(value));
            }
            None => {}
        }
        Ok(())
    }

    fn length(&mut self, value: &[u8]) -> Result<(), Error> {
        let length = number(value).ok_or_else(|| refused("Content-Length", value))?;
        match self.length.replace(length) {
            Some(other) if other != length => Err(Error::malformed("two values of Content-Length")),
            _ => Ok(()),
        }
    }

    fn transfer_coding(&mut self, coding: &[u8]) -> Result<(), Error> {
        match coding {
            b"" => Ok(()),
            // RFC 2616 allowed it, for no coding.
            coding if coding.eq_ignore_ascii_case(b"identity") && !self.chunked => Ok(()),
            // A server and a proxy may both write it: it appears twice and is applied once.
            coding if coding.eq_ignore_ascii_case(b"chunked") => {
                self.chunked = true;
                Ok(())
            }
            // The request offers no other coding, and chunked must be the last.
            coding => Err(refused("Transfer-Encoding", coding)),
        }
    }
}

fn parser() -> ParserConfig {
    let mut parser = ParserConfig::default();
    parser.allow_obsolete_multiline_headers_in_responses(true);
    parser.allow_multiple_spaces_in_response_status_delimiters(true);
    parser
}

fn malformed(error: httparse::Error) -> Error {
    Error::malformed(format_args!("no head of a reply: {error}"))
}

fn refused(name: &str, value: &[u8]) -> Error {
    Error::malformed(format_args!("{name}: {}", value.escape_ascii()))
}

/// Reads decimal digits and nothing else. A number above 2^64 is too large for any limit, so it saturates.
fn number(value: &[u8]) -> Option<u64> {
    if value.is_empty() {
        return None;
    }
    value.iter().try_fold(0_u64, |number, digit| {
        digit.is_ascii_digit().then(|| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
    })
}

/// The parameter `timeout` of `Keep-Alive`, in seconds (RFC 2068, section 19.7.1.1).
fn idle_timeout(parameter: &[u8]) -> Option<Duration> {
    let equals = parameter.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (parameter[..equals].trim_ascii(), parameter[equals + 1..].trim_ascii());
    name.eq_ignore_ascii_case(b"timeout").then(|| number(value).map(Duration::from_secs))?
}

/// Browsers ignore other values, such as `aws-chunked` or `none`; the photo's format then decides.
fn is_compression(coding: &[u8]) -> bool {
    const COMPRESSIONS: [&[u8]; 7] =
        [b"gzip", b"x-gzip", b"deflate", b"br", b"zstd", b"compress", b"x-compress"];
    COMPRESSIONS.iter().any(|compression| coding.eq_ignore_ascii_case(compression))
}

#[cfg(test)]
mod tests;
