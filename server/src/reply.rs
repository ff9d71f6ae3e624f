//! The bytes of a reply.

use std::fmt::{Display, Write};

/// A reply in construction: the status line, then field by field, then the body.
#[derive(Debug)]
pub(crate) struct Reply {
    head: String,
}

impl Reply {
    pub(crate) fn new(code: u16) -> Self {
        Self::with_version("HTTP/1.1", code)
    }

    pub(crate) fn with_version(version: &str, code: u16) -> Self {
        Self { head: format!("{version} {code} {}\r\n", reason(code)) }
    }

    pub(crate) fn field(mut self, name: &str, value: impl Display) -> Self {
        write!(self.head, "{name}: {value}\r\n").expect("a String takes everything");
        self
    }

    pub(crate) fn content_type(self, value: &str) -> Self {
        self.field("Content-Type", value)
    }

    pub(crate) fn content_length(self, length: impl Display) -> Self {
        self.field("Content-Length", length)
    }

    /// The head alone.
    pub(crate) fn head(mut self) -> Vec<u8> {
        self.head.push_str("\r\n");
        self.head.into_bytes()
    }

    /// The head without a length, and these bytes.
    pub(crate) fn raw_body(self, body: impl AsRef<[u8]>) -> Vec<u8> {
        let mut reply = self.head();
        reply.extend_from_slice(body.as_ref());
        reply
    }

    /// The head with the length of the body, and the body.
    pub(crate) fn body(self, body: impl AsRef<[u8]>) -> Vec<u8> {
        let length = body.as_ref().len();
        self.content_length(length).raw_body(body)
    }

    /// A line of text as the body.
    pub(crate) fn text(self, text: impl Display) -> Vec<u8> {
        self.content_type("text/plain; charset=utf-8").body(format!("{text}\n"))
    }
}

/// The reason phrase (RFC 9110, section 15) of the codes in use. It may be empty (RFC 9112, section 4).
fn reason(code: u16) -> &'static str {
    match code {
        102 => "Processing",
        103 => "Early Hints",
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
