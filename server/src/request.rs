//! The head of a request, as far as the server needs it.

use std::borrow::Cow;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

/// Longest request head: 16 KiB; a longer one is refused.
pub(crate) const MAX_HEAD: usize = 16 << 10;

const MAX_HEADERS: usize = 100;

/// The parsed start of the received bytes.
#[derive(Debug)]
pub(crate) enum Parsed<'a> {
    /// The head has not arrived whole.
    Partial,
    /// A head of this many bytes.
    Whole(Request<'a>, usize),
    /// Not a request, or one longer than the server reads.
    Refused { code: u16, why: String },
}

/// A request.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// Path and query as sent, without the origin that requests to a proxy have.
    pub(crate) target: &'a str,
    /// Whether the client wants to send further requests on this connection.
    pub(crate) keep_alive: bool,
    /// Whether a body follows the head.
    pub(crate) has_body: bool,
}

impl<'a> Request<'a> {
    pub(crate) fn parse(input: &'a [u8]) -> Parsed<'a> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut head = httparse::Request::new(&mut headers);
        match head.parse(input) {
            Ok(httparse::Status::Complete(length)) if length <= MAX_HEAD => {
                Parsed::Whole(Self::new(&head), length)
            }
            Ok(httparse::Status::Partial) if input.len() < MAX_HEAD => Parsed::Partial,
            Ok(_) => {
                Parsed::Refused { code: 431, why: format!("a request head has at most {MAX_HEAD} bytes") }
            }
            Err(httparse::Error::TooManyHeaders) => {
                Parsed::Refused { code: 431, why: format!("a request head has at most {MAX_HEADERS} fields") }
            }
            Err(error) => Parsed::Refused { code: 400, why: format!("not an HTTP request: {error}") },
        }
    }

    fn new(head: &httparse::Request<'_, 'a>) -> Self {
        let mut keep_alive = head.version == Some(1);
        let mut has_body = false;
        for field in head.headers.iter() {
            let value = field.value.trim_ascii();
            if field.name.eq_ignore_ascii_case("connection") {
                if value.eq_ignore_ascii_case(b"close") {
                    keep_alive = false;
                } else if value.eq_ignore_ascii_case(b"keep-alive") {
                    keep_alive = true;
                }
            } else if field.name.eq_ignore_ascii_case("content-length") {
                has_body |= value != b"0";
            } else if field.name.eq_ignore_ascii_case("transfer-encoding") {
                has_body = true;
            }
        }
        Self {
            method: head.method.unwrap_or_default(),
            target: origin_form(head.path.unwrap_or_default()),
            keep_alive,
            has_body,
        }
    }

    pub(crate) fn path(&self) -> &'a str {
        self.target.split_once('?').map_or(self.target, |(path, _)| path)
    }

    pub(crate) fn query(&self) -> Query<'a> {
        Query(self.target.split_once('?').map_or("", |(_, query)| query))
    }
}

/// The part of a target after its `?`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }

    /// The value of the first parameter of this name, as sent.
    pub(crate) fn value(self, name: &str) -> Option<&'a str> {
        self.0
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The number of this name, or `default` if it is missing.
    pub(crate) fn number<N: FromStr>(self, name: &str, default: N) -> Result<N, String> {
        self.value(name).map_or(Ok(default), |value| {
            value.parse().map_err(|_| format!("{name}={value} is not a number that {name} can have"))
        })
    }
}

/// Replaces `%XX` by its byte, and leaves other percent signs. `None` if the result is not UTF-8.
pub(crate) fn percent_decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}

fn origin_form(target: &str) -> &str {
    let Some((_, after_scheme)) = target.split_once("://").filter(|_| !target.starts_with('/')) else {
        return target;
    };
    after_scheme.find('/').map_or("/", |slash| &after_scheme[slash..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(head: &str) -> Request<'_> {
        match Request::parse(head.as_bytes()) {
            Parsed::Whole(request, length) if length == head.len() => request,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn path_and_query_are_separated() {
        let request = whole("GET /photo?bytes=10&x&seed=2&seed=3 HTTP/1.1\r\n\r\n");
        assert_eq!(request.path(), "/photo");
        assert_eq!(request.query().number("bytes", 5), Ok(10_u64));
        assert_eq!(request.query().number("seed", 5), Ok(2_u64));
        assert_eq!(request.query().number("x", 5), Ok(5_u64));
        assert!(request.query().number::<u8>("bytes", 0).is_ok());
        let odd = whole("GET http://host/photo?bytes=-1 HTTP/1.1\r\n\r\n");
        assert_eq!(odd.path(), "/photo");
        assert!(odd.query().number::<u64>("bytes", 0).is_err());
    }

    #[test]
    fn the_version_and_the_fields_tell_whether_more_follows() {
        for (head, keep_alive, has_body) in [
            ("GET / HTTP/1.1\r\n\r\n", true, false),
            ("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", false, false),
            ("GET / HTTP/1.0\r\n\r\n", false, false),
            ("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", true, false),
            ("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", true, false),
            ("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", true, true),
            ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", true, true),
        ] {
            let request = whole(head);
            assert_eq!((request.keep_alive, request.has_body), (keep_alive, has_body), "{head}");
        }
    }

    #[test]
    fn heads_are_limited() {
        let long = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(MAX_HEAD));
        assert!(matches!(Request::parse(long.as_bytes()), Parsed::Refused { code: 431, .. }));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: x\r\n".repeat(MAX_HEADERS + 1));
        assert!(matches!(Request::parse(many.as_bytes()), Parsed::Refused { code: 431, .. }));
        assert!(matches!(Request::parse(b"GET / HT"), Parsed::Partial));
        assert!(matches!(Request::parse(b"\x16\x03\x01\x02\x00"), Parsed::Refused { code: 400, .. }));
    }

    #[test]
    fn percent_encoding_is_undone() {
        assert_eq!(percent_decode("a%2Fb%20c"), Some("a/b c".into()));
        assert_eq!(percent_decode("100%"), Some("100%".into()));
        assert_eq!(percent_decode("%ff"), None);
    }
}
