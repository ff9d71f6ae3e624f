//! Faults of bodies: their ends and their bytes.

use photo::Phase;
use photo_server::Fault;
use photo_tests::Outcome::{Malformed, NotAPhoto, Timeout, TooLarge, Truncated};

use crate::connections::STALL;
use crate::row::Ending::{self, Fails, FirstHalf, Photo};
use crate::row::{Row, Section};

const CHUNKS: &str = "{hex}\r\n{photo}\r\n0\r\n\r\n";

pub(crate) fn sections() -> [Section; 4] {
    [
        Section { title: "Content-Length", rows: lengths() },
        Section { title: "Transfer-Encoding", rows: transfer_encodings() },
        Section { title: "Chunks", rows: chunks() },
        Section { title: "Content-Encoding", rows: content_encodings() },
    ]
}

fn lengths() -> Vec<Row> {
    let with = |fields: &str, ending: Ending| {
        let name = fields.replace("\r\n", " ").replace("{len}", "40000");
        Row::reply(&format!("`{name}`"), &format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n{{photo}}"), ending)
    };
    vec![
        with("Server: x", Photo),
        with("Content-Length: 000{len}", Photo),
        with("Content-Length: {len}, {len}", Photo),
        with("Content-Length: {len}\r\nContent-Length: {len}", Photo),
        with("Content-Length: {len}, 30", Fails(Malformed)),
        with("Content-Length: {len}\r\nContent-Length: 30", Fails(Malformed)),
        with("Content-Length: {len},", Fails(Malformed)),
        with("Content-Length:", Fails(Malformed)),
        with("Content-Length: +{len}", Fails(Malformed)),
        with("Content-Length: -{len}", Fails(Malformed)),
        with("Content-Length: -1", Fails(Malformed)),
        with("Content-Length: 0x{hex}", Fails(Malformed)),
        with("Content-Length: {hex}", Fails(Malformed)),
        with("Content-Length: 4e4", Fails(Malformed)),
        with("Content-Length: {len}.0", Fails(Malformed)),
        with("Content-Length: {len};", Fails(Malformed)),
        with("Content-Length: \"{len}\"", Fails(Malformed)),
        with("Content-Length: 40 000", Fails(Malformed)),
        with("Content-Length: ４００００", Fails(Malformed)),
        with("Content-Length: 18446744073709551615", Fails(TooLarge)),
        with("Content-Length: 18446744073709551616", Fails(TooLarge)),
        with("Content-Length: 99999999999999999999999", Fails(TooLarge)),
        with("Content-Length: 67108864", Fails(Truncated)),
        with("Content-Length: 67108865", Fails(TooLarge)),
        with("Content-Length: 0", Fails(NotAPhoto)),
        Row::fault(Fault::LengthTooShort, "", FirstHalf),
        Row::fault(Fault::LengthTwiceDifferent, "", Fails(Malformed)),
        Row::fault(Fault::LengthNotANumber, "", Fails(Malformed)),
    ]
}

fn transfer_encodings() -> Vec<Row> {
    let with = |fields: &str, body: &str, ending: Ending| {
        let name = fields.replace("\r\n", " ").replace("{len}", "40000");
        Row::reply(&format!("`{name}`"), &format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n{body}"), ending)
    };
    vec![
        with("Transfer-Encoding: CHUNKED", CHUNKS, Photo),
        with("Transfer-Encoding: , chunked", CHUNKS, Photo),
        with("Transfer-Encoding: chunked\r\nContent-Length: {len}", CHUNKS, Photo),
        with("Transfer-Encoding: chunked\r\nContent-Length: 30", CHUNKS, Fails(Malformed)),
        with("Transfer-Encoding: chunked\r\nContent-Length: x", CHUNKS, Fails(Malformed)),
        with("Transfer-Encoding: identity\r\nContent-Length: {len}", "{photo}", Photo),
        with("Transfer-Encoding: identity", "{photo}", Photo),
        with("Transfer-Encoding: identity, chunked", CHUNKS, Photo),
        with("Transfer-Encoding: gzip\r\nContent-Length: {len}", "{photo}", Fails(Malformed)),
        with("Transfer-Encoding: gzip, chunked", CHUNKS, Fails(Malformed)),
        with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", CHUNKS, Fails(Malformed)),
        with("Transfer-Encoding: chunked, gzip", CHUNKS, Fails(Malformed)),
        with("Transfer-Encoding: chunked, chunked", CHUNKS, Photo),
        with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", CHUNKS, Photo),
        with("Transfer-Encoding: chunked, identity", CHUNKS, Fails(Malformed)),
        with("Transfer-Encoding: chunked;q=1", CHUNKS, Fails(Malformed)),
        with("Transfer-Encoding: xchunked", CHUNKS, Fails(Malformed)),
        with("Transfer-Encoding: cats\r\nContent-Length: {len}", "{photo}", Fails(Malformed)),
        Row::reply(
            "chunks by HTTP/1.0",
            &format!("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{CHUNKS}"),
            Fails(Malformed),
        ),
        with("X: no Transfer-Encoding, but chunks", CHUNKS, Fails(NotAPhoto)),
    ]
}

fn chunks() -> Vec<Row> {
    let chunked = |body: &str| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
    let with = |name: &str, body: &str, ending: Ending| Row::reply(name, &chunked(body), ending);
    let sized = |size: &str, ending: Ending| {
        with(&format!("size `{}`", size.escape_debug()), &format!("{size}\r\n{{photo}}\r\n0\r\n\r\n"), ending)
    };
    let kept = |name: &str, body: &str| Row::kept(name, &chunked(body), Photo);
    let cut = |name: &str, body: &str| with(name, body, Fails(Truncated));
    vec![
        Row::fault(Fault::Chunked, "", Photo),
        Row::fault(Fault::Chunked, "chunk=100", Photo),
        Row::fault(Fault::Chunked, "trailer=1", Photo),
        Row::fault(Fault::Chunked, "chunk=100&trailer=1", Photo),
        kept("size in capitals", "9C40\r\n{photo}\r\n0\r\n\r\n"),
        kept("size with leading zeros", "{30*0}{hex}\r\n{photo}\r\n{40*0}\r\n\r\n"),
        kept("size with spaces after it", "{hex}{25* }\t\r\n{photo}\r\n0 \r\n\r\n"),
        kept("an extension", "{hex};a=b\r\n{photo}\r\n0;c\r\n\r\n"),
        kept("a quoted extension", "{hex} ; a=\"b; \\\"c\\\"\" ;d\r\n{photo}\r\n0\r\n\r\n"),
        kept("an extension of 10 KiB", "{hex};{10240*x}\r\n{photo}\r\n0\r\n\r\n"),
        with("an extension of 100 KiB", "{hex};{102400*x}\r\n{photo}\r\n0\r\n\r\n", Fails(Malformed)),
        kept("trailer fields", "{hex}\r\n{photo}\r\n0\r\nX-Trailer: a\r\nX-More:\r\n folded\r\n\r\n"),
        kept(
            "trailer fields that mean something elsewhere",
            "{hex}\r\n{photo}\r\n0\r\nContent-Length: 5\r\n\r\n",
        ),
        kept("100 trailer fields", "{hex}\r\n{photo}\r\n0\r\n{100*X-Trailer: and so on\r\n}\r\n"),
        with(
            "a trailer of 100 KiB",
            "{hex}\r\n{photo}\r\n0\r\n{6000*X-Trailer: and so on\r\n}\r\n",
            Fails(Malformed),
        ),
        kept("bare line feeds", "{hex}\n{photo}\n0\n\n"),
        kept("two chunks", "4e20\r\n{half}\r\n4E20\r\n{rest}\r\n0\r\n\r\n"),
        Row::fault(Fault::ChunkedBadSize, "", Fails(Malformed)),
        sized("", Fails(Malformed)),
        sized(" {hex}", Fails(Malformed)),
        sized("+{hex}", Fails(Malformed)),
        sized("-{hex}", Fails(Malformed)),
        sized("0x{hex}", Fails(Malformed)),
        sized("{hex} {hex}", Fails(Malformed)),
        sized("{hex}\0", Fails(Malformed)),
        sized("{hex}\r;", Fails(Malformed)),
        sized("{hex},", Fails(Malformed)),
        sized("cats", Fails(Malformed)),
        sized("10000000000009c40", Fails(Malformed)),
        sized("ffffffffffffffff", Fails(Truncated)),
        sized("7fffffffffffffff", Fails(Truncated)),
        sized("9c41", Fails(Malformed)),
        sized("9c3f", Fails(Malformed)),
        sized("9d00", Fails(Truncated)),
        with("a chunk without line end", "{hex}\r\n{photo}0\r\n\r\n", Fails(Malformed)),
        with(
            "more than the limit in chunks",
            "{hex}\r\n{photo}\r\n200000\r\n{2097152*x}\r\n0\r\n\r\n",
            Fails(TooLarge),
        )
        .limits(|config| config.max_bytes(1_000_000)),
        with("more than the limit, and no chunk after it", "{hex}\r\n{photo}\r\ncats", Fails(TooLarge))
            .limits(|config| config.max_bytes(10_000)),
        cut("cut before the first chunk", ""),
        cut("cut in a size", "9c"),
        cut("cut in a chunk", "{hex}\r\n{half}"),
        cut("cut after a chunk", "{hex}\r\n{photo}"),
        cut("cut before the last chunk", "{hex}\r\n{photo}\r\n"),
        cut("cut in the last chunk", "{hex}\r\n{photo}\r\n0"),
        cut("cut in the line end of the last chunk", "{hex}\r\n{photo}\r\n0\r"),
        cut("cut before the last line end", "{hex}\r\n{photo}\r\n0\r\n"),
        cut("cut in the last line end", "{hex}\r\n{photo}\r\n0\r\n\r"),
        cut("cut in the trailer", "{hex}\r\n{photo}\r\n0\r\nX-Trailer: a\r\n"),
        Row::reply_and(
            "cut short by silence",
            &chunked("{hex}\r\n{photo}\r\n0\r\n"),
            "end=stall",
            Fails(Timeout(Phase::Body)),
        )
        .limits(|config| config.stall_timeout(STALL)),
    ]
}

fn content_encodings() -> Vec<Row> {
    let with = |fields: &str, ending: Ending| {
        let reply = format!("HTTP/1.1 200 OK\r\n{fields}\r\nContent-Length: {{len}}\r\n\r\n{{photo}}");
        Row::reply(&format!("`{}`", fields.replace("\r\n", " ")), &reply, ending)
    };
    vec![
        with("Content-Encoding: gzip", Fails(Malformed)),
        with("Content-Encoding: gzip", Fails(Malformed))
            .limits(|config| config.verify_format(false))
            .named("`Content-Encoding: gzip`, with any format accepted"),
        with("Content-Encoding: br", Fails(Malformed)),
        with("Content-Encoding: zstd", Fails(Malformed)),
        with("Content-Encoding: x-gzip", Fails(Malformed)),
        with("Content-Encoding : gzip", Fails(Malformed)),
        with("Content-Encoding: \x01gzip", Fails(Malformed)),
        with("Content-Encoding: aws-chunked", Photo),
        with("Content-Encoding: none", Photo),
        with("Content-Encoding: cats", Photo),
        with("Content-Encoding: identity, gzip", Fails(Malformed)),
        with("Content-Encoding: identity\r\nContent-Encoding: gzip", Fails(Malformed)),
        with("Content-Encoding: Identity", Photo),
        with("Content-Encoding:", Photo),
    ]
}
