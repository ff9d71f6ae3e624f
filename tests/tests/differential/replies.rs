//! The grammar: replies that servers send, and replies that they should not.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A reply, byte for byte, and where it breaks into pieces.
#[derive(Clone)]
pub(crate) struct Reply {
    bytes: Vec<u8>,
    /// The places of the breaks, in ascending order; some may be equal.
    breaks: Vec<usize>,
    pub(crate) ending: Ending,
}

/// The event after the last byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The connection ends.
    Close,
    /// The connection stays, and nothing arrives.
    Silence,
}

impl Reply {
    /// The pieces, each at least one byte.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.breaks.iter().copied());
        let ends = self.breaks.iter().copied().chain([self.bytes.len()]);
        starts.zip(ends).map(|(start, end)| &self.bytes[start..end]).filter(|piece| !piece.is_empty())
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.pieces().map(|piece| piece.escape_ascii().to_string())).finish()?;
        write!(f, " {:?}", self.ending)
    }
}

/// Any reply.
pub(crate) fn replies(ending: Ending) -> impl Strategy<Value = Reply> {
    let mutations = prop_oneof![3 => Just(Vec::new()), 4 => vec(mutation(), 1..4)];
    let breaks = prop_oneof![Just(Vec::new()), vec(any::<Index>(), 1..6)];
    (well_meant(), mutations, any::<Index>(), breaks).prop_map(move |(mut bytes, mutations, cut, breaks)| {
        for (at, length, instead) in mutations {
            let at = at.index(bytes.len().min(EARLY) + 1);
            let end = bytes.len().min(at + length);
            bytes.splice(at..end, instead);
        }
        // Silence shows most if bytes are missing.
        if ending == Ending::Silence {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        let mut breaks: Vec<_> = breaks.iter().map(|index| index.index(bytes.len() + 1)).collect();
        breaks.sort_unstable();
        Reply { bytes, breaks, ending }
    })
}

/// The first bytes, which get all mutations because they decide nearly everything.
const EARLY: usize = 160;

/// A place, the number of bytes that are deleted there, and the bytes instead.
fn mutation() -> impl Strategy<Value = (Index, usize, Vec<u8>)> {
    let snippet = select(SNIPPETS).prop_map(|snippet| snippet.as_bytes().to_vec());
    (any::<Index>(), 0..6_usize, prop_oneof![3 => snippet, 1 => vec(any::<u8>(), 1)])
}

/// Interim replies, status line, fields, body and surplus bytes.
fn well_meant() -> impl Strategy<Value = Vec<u8>> {
    let interim = mostly_first(INTERIM, 4);
    let status = mostly_first(STATUS, 4);
    let fields = vec(mostly_first(FIELDS, 2), 0..3);
    let end_of_line = prop_oneof![6 => Just("\r\n"), 1 => Just("\n")];
    let behind = prop_oneof![5 => Just(""), 1 => select(BEHIND)];
    (interim, status, fields, framed(), end_of_line, behind).prop_map(
        |(interim, status, fields, (framing, body), end_of_line, behind)| {
            let mut head = format!("{interim}{status}\n");
            for field in fields.iter().copied().chain(framing.iter().map(String::as_str)) {
                head.extend([field, "\n"]);
            }
            head.push('\n');
            [head.replace('\n', end_of_line).as_bytes(), &body, behind.as_bytes()].concat()
        },
    )
}

/// Any of the choices; the first, which usual servers send, `times` as often as all together.
fn mostly_first(choices: &'static [&str], times: u32) -> impl Strategy<Value = &'static str> {
    prop_oneof![times => Just(choices[0]), 1 => select(choices)]
}

/// A photo, its framing fields, and the bytes of the body.
fn framed() -> impl Strategy<Value = (Vec<String>, Vec<u8>)> {
    let by_length = (photos(), mostly_first(LENGTHS, 2)).prop_map(|(photo, field)| {
        let fields = field.replace("{len}", &photo.len().to_string());
        (fields.split('\n').map(str::to_owned).collect(), photo)
    });
    let chunked = (
        photos(),
        mostly_first(CODINGS, 3),
        vec((1..2000_usize, mostly_first(EXTENSIONS, 3)), 0..4),
        mostly_first(TRAILERS, 4),
    )
        .prop_map(|(photo, coding, chunks, trailer)| {
            let coding = coding.replace("{len}", &photo.len().to_string());
            let mut body = Vec::new();
            let mut rest = &photo[..];
            for (size, extension) in chunks.into_iter().chain([(usize::MAX, "")]) {
                let (chunk, others) = rest.split_at(size.min(rest.len()));
                if !chunk.is_empty() {
                    body.extend(format!("{:x}{extension}\r\n", chunk.len()).bytes());
                    body.extend(chunk);
                    body.extend(b"\r\n");
                }
                rest = others;
            }
            body.extend(trailer.bytes());
            (coding.split('\n').map(str::to_owned).collect(), body)
        });
    let by_close = photos().prop_map(|photo| (Vec::new(), photo));
    prop_oneof![4 => by_length, 4 => chunked, 1 => by_close]
}

/// GIFs of any size, some beyond the limit, and other bytes.
fn photos() -> impl Strategy<Value = Vec<u8>> {
    let size = prop_oneof![2 => Just(0), 8 => 0..3000_usize, 1 => Just(4000), 1 => Just(21_000)];
    let start = prop_oneof![9 => Just("GIF89a\x01\0\x01\0\0\0\0;"), 1 => Just("<html>"), 1 => Just("")];
    (start, size).prop_map(|(start, size)| start.bytes().chain((0..=250).cycle().take(size)).collect())
}

const SNIPPETS: &[&str] = &[
    "",
    "\r",
    "\n",
    "\r\n",
    "\r\n\r\n",
    "\0",
    " ",
    "\t",
    ",",
    ":",
    "0",
    "\r\n folded",
    "Content-Length: 7\r\n",
    "Transfer-Encoding: chunked\r\n",
    "HTTP/1.1 100 \r\n\r\n",
];

const INTERIM: &[&str] = &[
    "",
    "HTTP/1.1 100 Continue\n\n",
    "HTTP/1.1 103 Early Hints\nLink: </a.css>\n\nHTTP/1.1 102 \n\n",
    "HTTP/1.1 199 What\nContent-Length: 5\n\n",
    "\n",
];

const STATUS: &[&str] = &[
    "HTTP/1.1 200 OK",
    "HTTP/1.1 200",
    "HTTP/1.1 200 ",
    "HTTP/1.1  200 OK",
    "HTTP/1.0 200 OK",
    "HTTP/1.1 203 Non-Authoritative",
    "HTTP/1.1 204 No Content",
    "HTTP/1.1 205 Reset",
    "HTTP/1.1 206 Partial Content",
    "HTTP/1.1 301 Moved",
    "HTTP/1.1 304 Not Modified",
    "HTTP/1.1 101 Switching",
    "HTTP/1.1 404 Not Found",
    "HTTP/1.1 503 Later",
    "HTTP/1.1 599 ",
    "HTTP/1.1 600 ",
    "HTTP/1.1 999 ",
    "HTTP/1.1 099 ",
    "HTTP/1.1 20 OK",
    "HTTP/1.1 200OK",
    "HTTP/1.1 200 \u{e9}\t!",
    "HTTP/1.2 200 OK",
    "HTTP/2 200",
    "ICY 200 OK",
];

const FIELDS: &[&str] = &[
    "Content-Type: image/gif",
    "Connection: close",
    "Connection: keep-alive, upgrade",
    "Connection:",
    "Location: /there",
    "Location: ftp://b.test/",
    "Location: /there\nLocation: /elsewhere",
    "Retry-After: 5",
    "Content-Encoding: gzip",
    "Content-Encoding: identity",
    "Content-Encoding:",
    "Content-Length: 5",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip",
    "Transfer-Encoding:",
    "X-Folded: a\n b",
    " leading: space",
    "X y: z",
    "No colon",
    "X: \u{1}",
    "X-\u{e9}: \u{e9}",
    ": nameless",
    "Set-Cookie: a=b\nSet-Cookie: c=d",
];

const LENGTHS: &[&str] = &[
    "Content-Length: {len}",
    "content-length:{len}",
    "CONTENT-LENGTH: \t{len} ",
    "Content-Length: {len}, {len}",
    "Content-Length: {len}\nContent-Length: {len}",
    "Content-Length: {len}\nContent-Length: 5",
    "Content-Length: 1{len}",
    "Content-Length: 0{len}",
    "Content-Length: +{len}",
    "Content-Length: -{len}",
    "Content-Length: 0x{len}",
    "Content-Length: {len},",
    "Content-Length : {len}",
    "Content-Length:\n {len}",
    "Content-Length:",
    "Content-Length: 20001",
    "Content-Length: 18446744073709551615",
    "Content-Length: 18446744073709551616",
];

const CODINGS: &[&str] = &[
    "Transfer-Encoding: chunked",
    "transfer-encoding:CHUNKED",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: chunked\nContent-Length: {len}",
    "Transfer-Encoding: chunked\nContent-Length: 5",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: chunked;q=1",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding: xchunked",
];

const EXTENSIONS: &[&str] = &["", ";a=b", " ", " ;a=\"b;c\"", "\t", ";"];

const TRAILERS: &[&str] = &[
    "0\r\n\r\n",
    "0\r\nX-Trailer: yes\r\n\r\n",
    "000;last\n\n",
    "0\r\n",
    "",
    "-0\r\n\r\n",
    "fffffffffffffffff\r\n",
    "5\r\nshort",
    "\r\n0\r\n\r\n",
];

const BEHIND: &[&str] = &["\r\n", "GIF89a", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"];
