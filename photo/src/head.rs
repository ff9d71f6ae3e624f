//! The head of a reply, as it comes and as the protocol library takes it.

use http::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderName, LOCATION, RETRY_AFTER, TRANSFER_ENCODING,
};
use httparse::{Header, ParserConfig, Response, Status};

use crate::Error;
use crate::chunked::Chunked;
use crate::incoming::Framing;

/// Largest head of a reply, with the interim replies before it, in bytes; also the longest trailer of a chunked body,
/// and the longest line before a chunk.
pub const MAX_HEAD: usize = 64 << 10;

/// Room for the head of a reply, in bytes, while it is waited for: small photos come whole with it, large ones mostly do
/// not.
pub const HEAD_CAPACITY: usize = 4 << 10;

/// Most fields of a head.
const MAX_FIELDS: usize = 1000;

/// What nearly every head is content with.
const FEW_FIELDS: usize = 64;

/// The fields that decide anything.
const KEPT: [HeaderName; 3] = [CONNECTION, LOCATION, RETRY_AFTER];

/// What a reply begins with: its head, and the interim replies (RFC 9110, section 15.2) before it.
///
/// All styles see a reply through this. It takes what RFC 9112 and the servers of this world allow: folded lines, bare
/// line feeds, fields in interim replies, hundreds of fields, junk among them. It refuses what leaves in doubt where
/// the body ends, and what remains it writes down again as plainly as it goes, so that the protocol library has nothing
/// to be in doubt of.
#[derive(Debug)]
pub struct Head {
    /// How many bytes of what came this is.
    pub length: usize,
    /// The same head, with no more than the fields that decide anything. A chunked or an encoded body is no concern of
    /// it.
    pub plain: Vec<u8>,
    /// What tells the end of the body.
    pub(crate) framing: Framing,
    /// A coding of the content, other than `identity`.
    pub(crate) encoding: Option<Vec<u8>>,
}

impl Head {
    /// Of the reply that begins with `input`; `None` if there is more to come.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] for what is no head, for one of more than [`MAX_HEAD`] bytes (with the interim replies) or
    /// 1,000 fields, and for one whose body could end in more than one place.
    pub fn parse(input: &[u8]) -> Result<Option<Self>, Error> {
        let mut length = 0;
        let head = loop {
            match parse_one(&input[length..], &mut [httparse::EMPTY_HEADER; FEW_FIELDS], false)? {
                None => break None,
                Some(Parsed::Interim(interim)) => length += interim,
                Some(Parsed::Final(head)) => break Some(head),
            }
        };
        let head = head.map(|head| Self { length: length + head.length, ..head });
        if head.as_ref().map_or(input.len(), |head| head.length) > MAX_HEAD {
            return Err(Error::malformed(format_args!("a head of more than {MAX_HEAD} bytes")));
        }
        Ok(head)
    }
}

enum Parsed {
    Interim(usize),
    Final(Head),
}

fn parse_one<'a>(
    input: &'a [u8],
    room: &mut [Header<'a>],
    passes_junk_over: bool,
) -> Result<Option<Parsed>, Error> {
    if let Some(b'\r' | b'\n') = input.first() {
        return Err(Error::malformed("an empty line in place of a head"));
    }
    let few = room.len() < MAX_FIELDS;
    let mut head = Response::new(room);
    let parsed = ParserConfig::default()
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .ignore_invalid_headers_in_responses(passes_junk_over)
        .parse_response(&mut head, input);
    let length = match parsed {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) if few => {
            return parse_one(input, &mut vec![httparse::EMPTY_HEADER; MAX_FIELDS], passes_junk_over);
        }
        Err(httparse::Error::HeaderName | httparse::Error::HeaderValue) if !passes_junk_over => {
            return parse_one(input, &mut vec![httparse::EMPTY_HEADER; MAX_FIELDS], true);
        }
        Err(error) => return Err(Error::malformed(format_args!("no head of a reply: {error}"))),
    };
    if passes_junk_over {
        only_junk_was_passed_over(&input[..length], head.headers)?;
    }
    Ok(Some(match head.code.unwrap_or_default() {
        code @ 0..100 => return Err(Error::malformed(format_args!("status code {code:03}"))),
        // 101 would be the last word in this protocol.
        100 | 102..200 => Parsed::Interim(length),
        code => {
            let version = head.version.unwrap_or_default();
            let framing = framing(version, head.headers)?;
            let mut plain = format!("HTTP/1.{version} {code} \r\n").into_bytes();
            if let Framing::Length(length) = framing {
                push(&mut plain, &CONTENT_LENGTH, length.to_string().as_bytes());
            }
            for name in &KEPT {
                values(head.headers, name).for_each(|value| push(&mut plain, name, value));
            }
            plain.extend(b"\r\n");
            Parsed::Final(Head { length, plain, framing, encoding: encoding(head.headers) })
        }
    }))
}

/// A field of a strange name or value is no reason to refuse a photo, unless it might have told where the body ends.
fn only_junk_was_passed_over(head: &[u8], understood: &[Header<'_>]) -> Result<(), Error> {
    let frames = |name: &[u8]| {
        let name = name.trim_ascii();
        [CONTENT_LENGTH, TRANSFER_ENCODING].iter().any(|it| name.eq_ignore_ascii_case(it.as_str().as_bytes()))
    };
    let mut there = 0;
    for line in head.split(|byte| *byte == b'\n').skip(1).map(<[u8]>::trim_ascii_end) {
        if matches!(line.first(), None | Some(b' ' | b'\t')) {
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let name = &line[..colon.ok_or_else(|| Error::malformed("a field without a colon"))?];
        there += usize::from(frames(name));
    }
    if there > understood.iter().filter(|field| frames(field.name.as_bytes())).count() {
        return Err(Error::malformed("a field that tells where the body ends, but not well"));
    }
    Ok(())
}

fn push(plain: &mut Vec<u8>, name: &HeaderName, value: &[u8]) {
    plain.extend(name.as_str().bytes());
    plain.extend(b": ");
    // A folded line is one line with spaces in it (RFC 9112, section 5.2).
    plain.extend(value.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }));
    plain.extend(b"\r\n");
}

fn framing(version: u8, fields: &[Header<'_>]) -> Result<Framing, Error> {
    let mut declared = None;
    for value in items(fields, &CONTENT_LENGTH) {
        let length = number(value).ok_or_else(|| refused("Content-Length", value))?;
        if declared.replace(length).is_some_and(|other| other != length) {
            return Err(Error::malformed("two values of Content-Length"));
        }
    }
    if version == 0 && values(fields, &TRANSFER_ENCODING).next().is_some() {
        return Err(Error::malformed("Transfer-Encoding, which HTTP/1.0 has not"));
    }
    let mut chunked = false;
    for coding in items(fields, &TRANSFER_ENCODING) {
        match coding {
            b"" => {}
            // That of RFC 2616: none.
            coding if coding.eq_ignore_ascii_case(b"identity") && !chunked => {}
            // Where a server and a proxy both say it, it is said twice and applied once.
            coding if coding.eq_ignore_ascii_case(b"chunked") => chunked = true,
            // No other was offered, and chunked is the last.
            coding => return Err(refused("Transfer-Encoding", coding)),
        }
    }
    Ok(match declared {
        declared if chunked => Framing::Chunked(Chunked::new(declared)),
        Some(length) => Framing::Length(length),
        None => Framing::Close,
    })
}

fn encoding(fields: &[Header<'_>]) -> Option<Vec<u8>> {
    let is_none = |coding: &[u8]| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity");
    items(fields, &CONTENT_ENCODING).find(|coding| !is_none(coding)).map(Vec::from)
}

fn refused(name: &str, value: &[u8]) -> Error {
    Error::malformed(format_args!("{name}: {}", value.escape_ascii()))
}

/// Digits, and nothing else.
fn number(value: &[u8]) -> Option<u64> {
    let digits = value.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(value).ok().filter(|_| digits)?.parse().ok()
}

fn values<'a>(fields: &'a [Header<'_>], name: &'a HeaderName) -> impl Iterator<Item = &'a [u8]> {
    fields.iter().filter(|field| field.name.eq_ignore_ascii_case(name.as_str())).map(|field| field.value)
}

/// The items of a list, which may stand in one field or in several (RFC 9110, section 5.3).
fn items<'a>(fields: &'a [Header<'_>], name: &'a HeaderName) -> impl Iterator<Item = &'a [u8]> {
    values(fields, name).flat_map(|value| value.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests;
