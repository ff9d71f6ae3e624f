//! The head of a reply, as far as its fields decide anything.

use std::mem::MaybeUninit;
use std::time::Duration;

use httparse::{Header, ParserConfig, Response, Status};

use crate::chunked::Chunked;
use crate::incoming::Framing;
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
#[derive(Debug)]
pub(crate) struct Head<'a> {
    /// The status code (RFC 9110, section 15).
    pub(crate) code: u16,
    /// The end of the body.
    pub(crate) framing: Framing,
    /// Whether the server offers the connection for another request (RFC 9112, section 9.3).
    pub(crate) keep_alive: bool,
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
            let rest = &input[length..];
            let mut few = [const { MaybeUninit::uninit() }; FEW_FIELDS];
            let parsed = match parse_one(rest, &mut few, Junk::Refused) {
                Err(httparse::Error::TooManyHeaders) => parse_many(rest, Junk::Refused)?,
                Err(httparse::Error::HeaderName | httparse::Error::HeaderValue) => {
                    parse_many(rest, Junk::Ignored)?
                }
                parsed => parsed.map_err(malformed)??,
            };
            match parsed {
                One::Partial => return Ok(Parsed::Partial { interim: length }),
                One::Interim { length: interim } => length += interim,
                One::Final { length: last, head } => {
                    return Ok(Parsed::Whole { length: length + last, head });
                }
            }
        }
    }

    fn new(code: u16, version: u8, fields: &[Header<'a>]) -> Result<Self, Error> {
        let mut says = Says::default();
        for field in fields {
            says.note(field)?;
        }
        if version == 0 && says.has_transfer_encoding {
            return Err(Error::malformed("Transfer-Encoding in HTTP/1.0"));
        }
        let framing = match says.length {
            length if says.chunked => Framing::Chunked(Chunked::new(length)),
            Some(length) => Framing::Length(length),
            None => Framing::Close,
        };
        Ok(Self {
            code,
            framing,
            keep_alive: !says.close && (version == 1 || says.keep_alive),
            idle_timeout: says.idle_timeout,
            compression: says.compression,
            location: says.location,
            has_other_location: says.has_other_location,
            retry_after: says.retry_after,
        })
    }
}

/// One head in a series: interim replies come before the last.
enum One<'a> {
    Partial,
    Interim { length: usize },
    Final { length: usize, head: Head<'a> },
}

/// The treatment of a line that is not a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Junk {
    Refused,
    Ignored,
}

/// Parses with space for 1,000 fields, which few heads need.
#[cold]
fn parse_many(input: &[u8], junk: Junk) -> Result<One<'_>, Error> {
    let mut many = Box::new_uninit_slice(MAX_FIELDS);
    match parse_one(input, &mut many, junk) {
        Err(httparse::Error::HeaderName | httparse::Error::HeaderValue) if junk == Junk::Refused => {
            parse_many(input, Junk::Ignored)
        }
        parsed => parsed.map_err(malformed)?,
    }
}

fn parse_one<'a>(
    input: &'a [u8],
    fields: &mut [MaybeUninit<Header<'a>>],
    junk: Junk,
) -> Result<Result<One<'a>, Error>, httparse::Error> {
    if let Some(b'\r' | b'\n') = input.first() {
        return Ok(Err(Error::malformed("an empty line in place of a head")));
    }
    let mut head = Response::new(&mut []);
    let parsed = ParserConfig::default()
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .allow_spaces_after_header_name_in_responses(junk == Junk::Ignored)
        .ignore_invalid_headers_in_responses(junk == Junk::Ignored)
        .parse_response_with_uninit_headers(&mut head, input, fields)?;
    let Status::Complete(length) = parsed else { return Ok(Ok(One::Partial)) };
    if junk == Junk::Ignored
        && let Err(error) = field::check_ignored(&input[..length], head.headers)
    {
        return Ok(Err(error));
    }
    Ok(match head.code.unwrap_or_default() {
        code @ 0..100 => Err(Error::malformed(format_args!("status code {code:03}"))),
        // 101 would end HTTP on this connection.
        100 | 102..200 => Ok(One::Interim { length }),
        code => Head::new(code, head.version.unwrap_or_default(), head.headers)
            .map(|head| One::Final { length, head }),
    })
}

fn malformed(error: httparse::Error) -> Error {
    Error::malformed(format_args!("no head of a reply: {error}"))
}

/// The meaning of the fields read so far.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a field can say")]
struct Says<'a> {
    length: Option<u64>,
    has_transfer_encoding: bool,
    chunked: bool,
    close: bool,
    keep_alive: bool,
    idle_timeout: Option<Duration>,
    compression: Option<&'a [u8]>,
    location: Option<&'a [u8]>,
    has_other_location: bool,
    retry_after: Option<RetryAfter>,
}

impl<'a> Says<'a> {
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
                    self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
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
