//! The material of faults: good replies, and parts of them.

use std::iter;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::order::Order;
use crate::photos::MAX_PICTURE_BYTES;
use crate::reply::Reply;
use crate::request::{Query, percent_decode};
use crate::script::Step;

const MAX_PIECES: usize = 1 << 16;

/// A request for a fault, and the good and bad bytes that can be made for it.
#[derive(Debug)]
pub(crate) struct Material<'a> {
    pub(crate) query: Query<'a>,
    pub(crate) order: Order,
    /// The address of this server's HTTP listener.
    pub(crate) http: SocketAddr,
    /// The number of earlier requests for the same target; counted only if it matters.
    pub(crate) earlier: u32,
}

impl<'a> Material<'a> {
    pub(crate) fn new(query: Query<'a>, http: SocketAddr) -> Result<Self, String> {
        let order = Order::from_query(query)?;
        Ok(Self { query, order, http, earlier: 0 })
    }

    /// The photo itself.
    pub(crate) fn photo(&self) -> Result<Vec<u8>, String> {
        self.order.picture()
    }

    /// The head of a good reply, up to its length.
    pub(crate) fn ok(&self) -> Reply {
        Reply::new(200).content_type(self.order.format.content_type())
    }

    /// The reply of `/photo`.
    pub(crate) fn good(&self) -> Result<Vec<u8>, String> {
        Ok(self.ok().body(self.photo()?))
    }

    /// A head without a length.
    pub(crate) fn unmeasured(&self) -> Reply {
        self.ok().field("Connection", "close")
    }

    pub(crate) fn half_head(&self) -> Vec<u8> {
        let mut head = self.ok().content_length(self.order.bytes).head();
        head.truncate(head.len() / 2);
        head
    }

    /// Half of a reply.
    pub(crate) fn half(&self) -> Result<Vec<u8>, String> {
        self.cut(self.order.bytes / 2)
    }

    /// A reply that declares the whole photo, with only `at` bytes of it.
    pub(crate) fn cut(&self, at: usize) -> Result<Vec<u8>, String> {
        let photo = self.photo()?;
        let part =
            photo.get(..at).ok_or_else(|| format!("at is at most {}, the size of the photo", photo.len()))?;
        Ok(self.ok().content_length(photo.len()).raw_body(part))
    }

    pub(crate) fn status(&self) -> Result<Vec<u8>, String> {
        let code = self.code("code", 404, 100..=999)?;
        let mut reply = Reply::new(code);
        if let Some(seconds) = self.query.value("retry_after") {
            reply = reply.field("Retry-After", printable(seconds)?);
        }
        Ok(match code {
            // By RFC 9112, section 6.3, these end with their head, whatever it declares.
            100..200 | 204 | 304 => reply.head(),
            _ => reply.text(format_args!("status {code}")),
        })
    }

    pub(crate) fn redirect(&self) -> Result<Reply, String> {
        let code = self.code("code", 302, 300..=399)?;
        let to = match self.query.value("to") {
            Some(to) => printable(to)?,
            None => format!("/photo?{}", self.order),
        };
        Ok(redirect_to(code, &to))
    }

    fn code(&self, name: &str, default: u16, range: RangeInclusive<u16>) -> Result<u16, String> {
        let code = self.query.number(name, default)?;
        if range.contains(&code) {
            Ok(code)
        } else {
            Err(format!("{name} is from {} to {}", range.start(), range.end()))
        }
    }

    /// A page of `body` bytes.
    pub(crate) fn html(&self) -> Result<Vec<u8>, String> {
        let size = self.query.number("body", 1024)?;
        at_most(size, "body")?;
        let text = "<p>The photo is somewhere else.\n";
        Ok(text.bytes().cycle().take(size).collect())
    }

    /// A reply with ten bytes of the `claim` it declares.
    pub(crate) fn claim(&self) -> Result<Vec<u8>, String> {
        let claim = self.query.number("claim", 1_u64 << 31)?;
        let photo = self.photo()?;
        Ok(self.ok().content_length(claim).raw_body(&photo[..10]))
    }

    /// A reply in many steps.
    pub(crate) fn drip(&self) -> Result<Vec<Step>, String> {
        let size = self.query.number("step", NonZeroUsize::new(1024).expect("not zero"))?;
        let every = Duration::from_millis(self.query.number("every_ms", 100_u32)?.into());
        few_pieces(self.order.bytes, size.get(), "step")?;
        let head = self.ok().content_length(self.order.bytes).head();
        Ok(iter::once(Step::send(head)).chain(Step::send_slowly(self.photo()?, size.get(), every)).collect())
    }

    /// A reply with all chunks except the last, empty one; also the end of the first chunk.
    pub(crate) fn chunks(&self, extended: bool) -> Result<(Vec<u8>, usize), String> {
        let size = self.query.number("chunk", NonZeroUsize::new(4096).expect("not zero"))?;
        let photo = self.photo()?;
        few_pieces(photo.len(), size.get(), "chunk")?;
        let extension = if extended { ";part=\"of a; photo\"" } else { "" };
        let mut reply = self.ok().field("Transfer-Encoding", "chunked").head();
        let mut first_ends_at = None;
        for chunk in photo.chunks(size.get()) {
            reply.extend(format!("{:x}{extension}\r\n", chunk.len()).bytes());
            reply.extend(chunk);
            reply.extend(b"\r\n");
            first_ends_at.get_or_insert(reply.len());
        }
        let first_ends_at = first_ends_at.unwrap_or(reply.len());
        Ok((reply, first_ends_at))
    }

    /// A head that does not end.
    pub(crate) fn huge_head(&self) -> Result<Vec<u8>, String> {
        let size = self.query.number("bytes", 1 << 20)?;
        at_most(size, "bytes")?;
        let fields = iter::repeat_n(b"X-More: and more and more and more and more\r\n", size / 44 + 1);
        let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
        head.extend(fields.flatten());
        head.truncate(size);
        Ok(head)
    }
}

pub(crate) fn redirect_to(code: u16, location: &str) -> Reply {
    Reply::new(code).field("Location", location)
}

/// Decodes `value`; fails unless it is fit for a field.
fn printable(value: &str) -> Result<String, String> {
    percent_decode(value)
        .filter(|text| !text.contains(char::is_control))
        .ok_or_else(|| format!("{value} is not percent-encoded text"))
}

pub(crate) fn at_most(size: usize, name: &str) -> Result<(), String> {
    if size <= MAX_PICTURE_BYTES { Ok(()) } else { Err(format!("{name} is at most {MAX_PICTURE_BYTES}")) }
}

/// Fails if the pieces would be many times larger than the photo.
pub(crate) fn few_pieces(bytes: usize, size: usize, name: &str) -> Result<(), String> {
    if bytes / size <= MAX_PIECES {
        Ok(())
    } else {
        Err(format!("{name} is at least {} for this photo", bytes / MAX_PIECES + 1))
    }
}
