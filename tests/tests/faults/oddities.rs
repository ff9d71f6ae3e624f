//! Faults that concern several rules at once, or a rule without its own section.

use std::time::Duration;

use photo_tests::Outcome::{InvalidUrl, Malformed, NotAPhoto, Status, TooManyRedirects};

use crate::row::Ending::{self, Fails, Photo};
use crate::row::{Row, Section};

pub(crate) fn sections() -> [Section; 3] {
    [
        Section { title: "Odd heads", rows: heads() },
        Section { title: "Odd ends", rows: ends() },
        Section { title: "Odd redirects", rows: redirects() },
    ]
}

fn heads() -> Vec<Row> {
    let with = |fields: &str, ending: Ending| {
        let reply = format!("HTTP/1.1 200 OK\r\n{fields}\r\nContent-Length: {{len}}\r\n\r\n{{photo}}");
        Row::kept(&format!("`{}`", fields.replace("\r\n", " ")), &reply, ending)
    };
    let starts = |name: &str, line: &str, ending: Ending| {
        Row::reply(name, &format!("{line}\r\nContent-Length: {{len}}\r\n\r\n{{photo}}"), ending)
    };
    vec![
        with("Keep-Alive: timeout=99999999999999999999", Photo),
        with("Keep-Alive: timeout=-5, max=x", Photo),
        with("Connection: keep-alive\r\nConnection: close", Photo),
        with("Content-Range: bytes 0-9/40000", Photo),
        with("Content_Length: 30", Photo),
        with("Content-Length: 40000, , 40000", Fails(Malformed)),
        with("Transfer-Encoding:", Photo),
        with("Transfer-Encoding: \"chunked\"", Fails(Malformed)),
        starts("a tab in the status line", "HTTP/1.1\t200 OK", Fails(Malformed)),
        starts("a space before the status line", " HTTP/1.1 200 OK", Fails(Malformed)),
        starts("a byte order mark", "\u{feff}HTTP/1.1 200 OK", Fails(Malformed)),
        starts("HTTP/1.10 in the status line", "HTTP/1.10 200 OK", Fails(Malformed)),
        starts("a reason of 32 KiB", "HTTP/1.1 200 {32768*y}", Photo),
        starts("226", "HTTP/1.1 226 IM Used", Photo),
        starts(
            "an interim reply with a body",
            "HTTP/1.1 103 Hints\r\nContent-Length: 2\r\n\r\nnoHTTP/1.1 200 OK",
            Fails(Malformed),
        ),
        starts("a folded coding", "HTTP/1.0 200 OK\r\nTransfer-Encoding:\r\n chunked", Fails(Malformed)),
        starts("`Refresh` in place of a redirect", "HTTP/1.1 200 OK\r\nRefresh: 0;url=/photo", Photo),
    ]
}

fn ends() -> Vec<Row> {
    let second = "HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{photo}";
    let later = "step=45&every_ms=1&first=400";
    let head_of_404 = |rest: &str| format!("HTTP/1.1 404 Not Found\r\n{rest}");
    let not_found = |name, rest: &str| Row::kept(name, &head_of_404(rest), Fails(Status(404)));
    let slowly = |name, rest, how| Row::reply_and(name, &head_of_404(rest), how, Fails(Status(404)));
    let chunks = |name, chunks: &str, ending| {
        Row::kept(name, &format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"), ending)
    };
    let then_a_photo = |name, line: &str, code| {
        Row::kept(name, &format!("HTTP/1.1 {line}\r\n\r\n{second}"), Fails(Status(code)))
    };
    vec![
        not_found("a 404 with a short page", "Content-Length: 2\r\n\r\nno"),
        not_found("a 404 in chunks", "Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n"),
        slowly(
            "a 404 with a page that comes later",
            "Content-Length: 9\r\n\r\nnot found",
            "step=40&every_ms=20",
        ),
        not_found("a 404, and a photo after it", &format!("Content-Length: 2\r\n\r\nno{second}")),
        not_found("a 404 without a length, and a photo after it", &format!("\r\n{second}")),
        slowly("a 404 of length 0, and a photo later", &format!("Content-Length: 0\r\n\r\n{second}"), later)
            // The next request comes later than the photo.
            .afterwards(Duration::from_secs(2)),
        not_found("a 404 in broken chunks", "Transfer-Encoding: chunked\r\n\r\n2\r\nno\r\nx"),
        not_found("a 404 of an invalid length", "Content-Length: x\r\n\r\n").fails(Malformed),
        then_a_photo("a 304 with a photo after it", "304 Not Modified", 304),
        then_a_photo("a 204 with a photo after it", "204 No Content", 204),
        Row::kept("a 408", "HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n", Fails(Status(408))),
        Row::reply(
            "HTTP/1.0, kept alive without a length",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n{photo}",
            Photo,
        ),
        Row::kept(
            "a line end before the photo",
            "HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n\r\n{photo}",
            Fails(NotAPhoto),
        ),
        chunks("an empty extension", "{hex};\r\n{photo}\r\n0;\r\n\r\n", Photo),
        chunks("a last chunk of many zeros", "{hex}\r\n{photo}\r\n{100*0}\r\n\r\n", Photo),
        chunks("a NUL in an extension", "{hex};\0\r\n{photo}\r\n0\r\n\r\n", Photo),
        chunks("a carriage return in an extension", "{hex};a\rb\r\n{photo}\r\n0\r\n\r\n", Fails(Malformed)),
        chunks("a chunk that ends in two line ends", "{hex}\r\n{photo}\r\n\r\n0\r\n\r\n", Fails(Malformed)),
    ]
}

fn redirects() -> Vec<Row> {
    let to = |location: &str, ending: Ending| {
        let reply = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        Row::kept(&format!("to `{}`", location.replace('\t', "\\t")), &reply, ending)
    };
    vec![
        to("http://127.0.0.1:0/", Fails(InvalidUrl)),
        to("http://[fe80::1%25lo]/", Fails(InvalidUrl)),
        to("http://[::1/", Fails(InvalidUrl)),
        to("//", Fails(InvalidUrl)),
        to("http://a b/", Fails(InvalidUrl)),
        to("http://1.2.3.256/", Fails(InvalidUrl)),
        to("view-source:http://{addr}{to}", Fails(InvalidUrl)),
        to("http:\\\\{addr}{to}", Photo),
        to("http:{addr}{to}", Fails(Status(404))).by_tls(Photo),
        to("\t{to}\t", Photo),
        to("#fragment", Fails(TooManyRedirects)),
        to("/{17000*a}", Fails(InvalidUrl)).named("to a path of 17 KB"),
        to("http://{addr}\\@127.0.0.1:1{to}", Fails(Status(404))),
    ]
}
