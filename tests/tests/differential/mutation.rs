//! Mutations of bytes on the way.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A mutation of bytes.
#[derive(Clone, Debug)]
pub(crate) enum Mutation {
    Flip(Index, u8),
    Cut(Index),
    Delete(Index, usize),
    Duplicate(Index, usize),
    Insert(Index, &'static str),
    Rotate(Index),
}

/// Any mutation.
pub(crate) fn mutations() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        3 => (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Mutation::Flip(at, 1 << bit)),
        1 => any::<Index>().prop_map(Mutation::Cut),
        2 => (any::<Index>(), 1..6_usize).prop_map(|(at, length)| Mutation::Delete(at, length)),
        2 => (any::<Index>(), 1..60_usize).prop_map(|(at, length)| Mutation::Duplicate(at, length)),
        3 => (any::<Index>(), select(SNIPPETS)).prop_map(|(at, snippet)| Mutation::Insert(at, snippet)),
        1 => any::<Index>().prop_map(Mutation::Rotate),
    ]
}

/// The first bytes, which get most mutations because they decide nearly everything.
const HEAD: usize = 160;

impl Mutation {
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let early = |index: &Index| index.index(bytes.len().min(HEAD));
        match self {
            Self::Flip(at, bits) => {
                let at = early(at);
                bytes[at] ^= bits;
            }
            Self::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Self::Delete(at, length) => {
                let at = early(at);
                bytes.drain(at..bytes.len().min(at + length));
            }
            Self::Duplicate(at, length) => {
                let at = early(at);
                let part = bytes[at..bytes.len().min(at + length)].to_vec();
                bytes.splice(at..at, part);
            }
            Self::Insert(at, snippet) => {
                let at = early(at);
                bytes.splice(at..at, snippet.bytes());
            }
            Self::Rotate(at) => {
                let at = at.index(bytes.len());
                bytes.rotate_left(at);
            }
        }
    }
}

const SNIPPETS: &[&str] = &[
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
    "\u{e9}",
    "\r\n folded",
    "Content-Length: 7\r\n",
    "Transfer-Encoding: chunked\r\n",
    "HTTP/1.1 100 \r\n\r\n",
];
