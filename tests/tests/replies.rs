//! Replies as RFC 9112 allows or forbids them, byte for byte; whole, and in pieces that break at awkward places.

use photo_tests::{Outcome, Picture, Replay, Style, suite};

suite! {
    unusual_replies_bring_the_photo,
    wrongly_framed_replies_bring_an_error,
}

const PICTURE: Picture = Picture::jpeg(700, 21);

/// A name, and the bytes before and after the photo; `{len}` and `{hex}` are its length.
type Reply = (&'static str, &'static str, &'static str);

const GOOD: &[Reply] = &[
    ("no reason phrase", "HTTP/1.1 200\r\nContent-Length: {len}\r\n\r\n", ""),
    ("bare line feeds", "HTTP/1.1 200 OK\nContent-Length: {len}\n\n", ""),
    ("space around a value", "HTTP/1.1 200 OK\r\nContent-Length:  {len} \r\n\r\n", ""),
    (
        "the same length twice",
        "HTTP/1.1 200 OK\r\nContent-Length: {len}\r\ncontent-length: {len}\r\n\r\n",
        "",
    ),
    ("a chunked photo", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{hex}\r\n", "\r\n0\r\n\r\n"),
    ("capitals", "HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: CHUNKED\r\n\r\n{hex}\r\n", "\r\n0\r\n\r\n"),
    (
        "a chunk extension",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{hex};a=b\r\n",
        "\r\n0\r\n\r\n",
    ),
    (
        "trailer fields",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{hex}\r\n",
        "\r\n0\r\nX-Trailer: yes\r\nX-More: and more of it\r\n\r\n",
    ),
    ("an interim reply", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n", ""),
    ("HTTP/1.0 with a length", "HTTP/1.0 200 OK\r\nContent-Length: {len}\r\n\r\n", ""),
    ("no length", "HTTP/1.1 200 OK\r\n\r\n", ""),
];

const BAD: &[(Reply, Outcome)] = &[
    (("a longer length", "HTTP/1.1 200 OK\r\nContent-Length: 701\r\n\r\n", ""), Outcome::Truncated),
    (
        ("no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{hex}\r\n", "\r\n"),
        Outcome::Truncated,
    ),
    (("a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", ""), Outcome::Malformed),
    (("a signed length", "HTTP/1.1 200 OK\r\nContent-Length: +700\r\n\r\n", ""), Outcome::Malformed),
    (
        ("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 700\r\nContent-Length: 30\r\n\r\n", ""),
        Outcome::Malformed,
    ),
    (
        ("a length beyond u64", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", ""),
        Outcome::TooLarge,
    ),
    (
        ("an encoding", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len}\r\n\r\n", ""),
        Outcome::Malformed,
    ),
    (("a preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ""), Outcome::Malformed),
    (("nothing", "", "\0"), Outcome::Malformed),
];

fn unusual_replies_bring_the_photo(style: Style) {
    let wrong: Vec<_> = GOOD.iter().flat_map(|reply| differences(style, reply, Outcome::Photo)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn wrongly_framed_replies_bring_an_error(style: Style) {
    let wrong: Vec<_> =
        BAD.iter().flat_map(|(reply, expected)| differences(style, reply, *expected)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The wrong outcomes of `style` for the reply: whole, head and body apart, and broken in the first bytes.
fn differences(style: Style, (name, before, after): &Reply, expected: Outcome) -> Vec<String> {
    let file = PICTURE.file();
    let with_length = |text: &str| {
        text.replace("{len}", &file.len().to_string()).replace("{hex}", &format!("{:x}", file.len()))
    };
    let head = with_length(before).into_bytes();
    let body = if expected == Outcome::Malformed && head.is_empty() { Vec::new() } else { file.to_vec() };
    let whole = [&head[..], &body, after.as_bytes()].concat();
    let mut wrong = Vec::new();
    for at in [0, head.len(), head.len().saturating_sub(1), head.len() / 2, whole.len() - 1] {
        let (first, second) = whole.split_at(at);
        let pieces =
            if first.is_empty() { vec![second.to_vec()] } else { vec![first.to_vec(), second.to_vec()] };
        let replay = Replay::start(pieces);
        let found = style.client(photo::Config::default()).unwrap().download(&replay.url());
        let same_bytes = found.as_ref().ok().is_none_or(|photo| photo.bytes == file);
        if Outcome::of(&found) != expected || !same_bytes {
            wrong.push(format!("{style}, {name}, broken at {at}: expected {expected}, found {found:?}"));
        }
    }
    wrong
}
