//! Heads of replies, and what is made of them.

use super::*;

fn head(text: &str) -> Result<Option<Head>, Error> {
    Head::parse(text.replace('\n', "\r\n").as_bytes())
}

fn plain(text: &str) -> String {
    String::from_utf8(head(text).unwrap().unwrap().plain).unwrap().replace("\r\n", "|")
}

#[test]
fn a_head_is_written_down_plainly() {
    for (text, expected) in [
        (
            "HTTP/1.1 200 OK\nServer: x\nCONTENT-LENGTH: 042 , 42\nContent-Length:42\n\n",
            "200 |content-length: 42||",
        ),
        ("HTTP/1.1  302\nLocation: /a\n\t  b\nX: y\n z\n\n", "302 |location: /a  \t  b||"),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: identity\nContent-Length: 5\n\n", "200 |content-length: 5||"),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: Chunked\nContent-Length: 5\n\n", "200 ||"),
        (
            "HTTP/1.1 100 Go on\nServer: x\n\nHTTP/1.1 199\n\nHTTP/1.1 503\nRetry-After: 7\n\n",
            "503 |retry-after: 7||",
        ),
    ] {
        assert_eq!(plain(text), format!("HTTP/1.1 {expected}"), "{text}");
    }
    let bare = "HTTP/1.0 200 OK\nContent-Length: 5\n\nbody";
    assert_eq!(Head::parse(bare.as_bytes()).unwrap().unwrap().length, bare.len() - 4);
}

/// Or whoever sees the plain head and can decompress would do so.
#[test]
fn the_coding_of_the_content_is_told_apart_from_the_plain_head() {
    for (fields, expected) in [
        ("", None),
        ("Content-Encoding: identity", None),
        ("Content-Encoding: , Identity", None),
        ("Content-Encoding: gzip", Some("gzip")),
        ("Content-Encoding: identity\nContent-Encoding: br, gzip", Some("br")),
    ] {
        let head =
            head(&format!("HTTP/1.1 200 OK\n{fields}\n\n").replace("\n\n\n", "\n\n")).unwrap().unwrap();
        assert_eq!(head.encoding.as_deref(), expected.map(str::as_bytes), "{fields}");
        assert_eq!(head.plain, b"HTTP/1.1 200 \r\n\r\n", "{fields}");
    }
}

#[test]
fn what_leaves_the_end_of_the_body_in_doubt_is_refused() {
    for fields in [
        "Content-Length: 5\nContent-Length: 6",
        "Content-Length: 42, 30",
        "Content-Length:",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 0x20",
        "Content-Length: 5 5",
        "Content-Length: 18446744073709551616",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked\nTransfer-Encoding: identity",
        "Transfer-Encoding: \x0bchunked",
        "Transfer-Encoding : chunked",
        "content-length : 5",
        "Content-Length: 5\nContent-Length : 5",
        "Content-Length: \x015",
        "Transfer-Encoding: xchunked",
    ] {
        let found = head(&format!("HTTP/1.1 200 OK\n{fields}\n\n"));
        assert!(matches!(found, Err(Error::Malformed { .. })), "{fields}: {found:?}");
    }
    assert!(head("HTTP/1.0 200 OK\nTransfer-Encoding: chunked\n\n").is_err());
    assert!(head("HTTP/1.1 099 Too few\n\n").is_err());
}

#[test]
fn junk_among_the_fields_is_passed_over() {
    for junk in [" X: y", "X : y", "X Y: z", ": y", "ö: y", "X: \x01", "X: y\n \x02\n Content-Length: 7"] {
        let text = format!("HTTP/1.1 200 OK\n{junk}\nContent-Length: 5\n\n");
        assert_eq!(plain(&text), "HTTP/1.1 200 |content-length: 5||", "{junk}");
    }
    for bad in ["X", "X: \0", "\0: y", "X: y\rz"] {
        assert!(head(&format!("HTTP/1.1 200 OK\n{bad}\nContent-Length: 5\n\n")).is_err(), "{bad:?}");
    }
    assert!(head("\nHTTP/1.1 200 OK\n\n").is_err());
}

#[test]
fn a_head_has_bounds() {
    let fields = |count| head(&format!("HTTP/1.1 200 OK\n{}\n", "X: y\n".repeat(count)));
    assert!(fields(MAX_FIELDS).unwrap().is_some());
    assert!(fields(MAX_FIELDS + 1).is_err());
    let interim = |count| head(&"HTTP/1.1 102 Wait\n\n".repeat(count));
    assert!(interim(MAX_HEAD / 21).unwrap().is_none());
    assert!(interim(MAX_HEAD / 21 + 1).is_err());
    let line = |length| head(&format!("HTTP/1.1 200 OK\nX: {}\n\n", "y".repeat(length)));
    assert!(line(MAX_HEAD - 24).unwrap().is_some());
    assert!(line(MAX_HEAD - 23).is_err());
}
