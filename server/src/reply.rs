//! The bytes of a reply.

use std::fmt::{Display, Write};

use http::StatusCode;

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
        // The phrase may be empty (RFC 9112, section 4).
        let reason =
            StatusCode::from_u16(code).ok().and_then(|code| code.canonical_reason()).unwrap_or_default();
        Self { head: format!("{version} {code} {reason}\r\n") }
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
