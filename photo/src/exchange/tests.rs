//! Replies fed whole, split at every byte, and cut short at every byte.

use super::*;
use crate::head::MAX_HEAD;

const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

fn exchange() -> Exchange {
    let mut exchange = Exchange::new("http://a.test/cat.gif", &Arc::default()).unwrap();
    exchange.sent(exchange.to_send().len());
    exchange
}

/// Puts `bytes` into the space, in as many pieces as that takes.
fn put(exchange: &mut Exchange, mut bytes: &[u8]) -> Result<Step, Error> {
    let mut scratch = [0; 4096];
    loop {
        let space = exchange.space(&mut scratch);
        let n = space.len().min(bytes.len());
        space[..n].copy_from_slice(&bytes[..n]);
        bytes = &bytes[n..];
        match exchange.filled(&mut scratch, n) {
            Ok(Step::More) if !bytes.is_empty() => {}
            end => return end,
        }
    }
}

/// The last step after a reply in these pieces, with the connection ended after it.
fn receive(pieces: &[&[u8]]) -> Result<Step, Error> {
    let mut exchange = exchange();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        match put(&mut exchange, piece)? {
            Step::More => {}
            end => return Ok(end),
        }
    }
    exchange.filled(&mut [], 0)
}

fn described(result: &Result<Step, Error>) -> String {
    match result {
        Ok(Step::Done { photo, keep_for }) => format!("{photo:?} {keep_for:?} {:?}", photo.bytes),
        Ok(Step::Redirect { next, keep_for }) => format!("to {} {keep_for:?}", next.target.url()),
        Ok(Step::More) => "more".into(),
        Ok(Step::Failed { error, .. }) | Err(error) => error.to_string(),
    }
}

fn reply(head: &str, body: &[u8]) -> Vec<u8> {
    [head.replace('\n', "\r\n").as_bytes(), body].concat()
}

/// Replies that bring the photo, and whether the connection may be used again.
fn good_replies() -> Vec<(Vec<u8>, bool)> {
    let chunks = [b"4\r\n", &GIF[..4], b"\r\na;x=y\r\n", &GIF[4..], b"\r\n0\r\nTrailer: t\r\n\r\n"].concat();
    vec![
        (reply("HTTP/1.1 200 OK\nContent-Length: 14\n\n", GIF), true),
        (reply("HTTP/1.1 200 OK\nContent-Length: 14, 14\nContent-Length: 14\n\n", GIF), true),
        (reply("HTTP/1.1 200\nConnection: close\nContent-Length: 14\n\n", GIF), false),
        (reply("HTTP/1.0 200 OK\nContent-Length: 14\n\n", GIF), false),
        (reply("HTTP/1.0 200 OK\nConnection: keep-alive\nContent-Length: 14\n\n", GIF), true),
        (reply("HTTP/1.1 200 OK\n\n", GIF), false),
        (reply("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", &chunks), true),
        (
            reply(
                "HTTP/1.1 103 Early Hints\nLink: x\n\nHTTP/1.1 102 P\n\nHTTP/1.1 200 OK\nContent-Length: 14\n\n",
                GIF,
            ),
            true,
        ),
    ]
}

#[test]
fn a_good_reply_is_a_photo_however_it_is_split() {
    for (bytes, reusable) in good_replies() {
        let text = String::from_utf8_lossy(&bytes);
        let whole = receive(&[&bytes]);
        let Ok(Step::Done { photo, keep_for }) = &whole else { panic!("{text}: {}", described(&whole)) };
        assert_eq!((photo.bytes.as_slice(), keep_for.is_some()), (GIF, reusable), "{text}");
        for at in 1..bytes.len() {
            let (first, second) = bytes.split_at(at);
            assert_eq!(described(&receive(&[first, second])), described(&whole), "{text} split at {at}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(described(&receive(&single)), described(&whole), "{text} byte by byte");
    }
}

#[test]
fn a_reply_cut_short_is_never_a_whole_photo() {
    for (bytes, _) in good_replies() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let by_close = !text.contains("Content-Length") && !text.contains("chunked");
        for at in 0..bytes.len() {
            match receive(&[&bytes[..at]]) {
                Err(Error::Truncated { .. }) => {}
                // Only the end of the connection ends this body.
                Ok(Step::Done { .. }) | Err(Error::NotAPhoto { .. }) if by_close => {}
                other => panic!("{text} cut at {at}: {}", described(&other)),
            }
        }
    }
}

#[test]
fn a_bad_reply_is_refused_for_what_is_wrong_with_it() {
    let huge = format!("HTTP/1.1 200 OK\nX: {}\n\n", "x".repeat(MAX_HEAD));
    let many = format!("HTTP/1.1 200 OK\n{}\n", "X: y\n".repeat(2000));
    for (head, body, expected) in [
        ("HTTP/1.1 404 Not Found\nContent-Length: 2\n\n", "no", "the server replied with status 404"),
        ("HTTP/1.1 302 Found\n\n", "", "malformed reply: a redirect without Location"),
        ("HTTP/1.1 302 Found\nLocation: file:///etc\n\n", "", "invalid URL"),
        (
            "HTTP/1.1 200 OK\nContent-Length: 6\n\n",
            "<html>",
            "not a photo: 6 bytes that begin with \"<html>\"",
        ),
        ("HTTP/1.1 200 OK\nContent-Length: 99999999999\n\n", "", "larger than the limit of 67108864 bytes"),
        ("HTTP/1.1 200 OK\nContent-Length: 14, 15\n\n", "", "malformed reply: two values of Content-Length"),
        ("HTTP/1.1 200 OK\nContent-Length: -1\n\n", "", "malformed reply: Content-Length: -1"),
        (
            "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 1\n\n",
            "",
            "malformed reply: content encoding",
        ),
        (
            "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n",
            "xyz\r\n",
            "malformed reply: 'x' in the size of a chunk",
        ),
        ("SSH-2.0-OpenSSH_9.6\n", "", "malformed reply: no head of a reply"),
        (&huge, "", "malformed reply: a head of more than 65536 bytes"),
        (&many, "", "malformed reply: no head of a reply: too many headers"),
    ] {
        let described = described(&receive(&[&reply(head, body.as_bytes())]));
        assert!(described.starts_with(expected), "{expected:?} expected, {described:?} found");
    }
}

#[test]
fn a_claimed_length_reserves_little() {
    let config = Arc::new(Config::default().max_bytes(u64::MAX));
    let mut exchange = Exchange::new("http://a.test/", &config).unwrap();
    exchange.sent(exchange.to_send().len());
    put(&mut exchange, b"HTTP/1.1 200 OK\r\nContent-Length: 4000000000000\r\n\r\n0123456789").unwrap();
    assert!(exchange.space(&mut []).len() <= 256 << 10);
    let error = exchange.filled(&mut [], 0).unwrap_err();
    assert_eq!(error.to_string(), "cut short after 10 bytes of 4000000000000");
}

#[test]
fn more_than_was_announced_ends_the_connection() {
    let mut bytes = reply("HTTP/1.1 200 OK\nContent-Length: 14\n\n", GIF);
    bytes.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
    for pieces in [vec![bytes.as_slice()], bytes.chunks(7).collect()] {
        let Ok(Step::Done { photo, keep_for }) = receive(&pieces) else { panic!("no photo") };
        // In pieces, the photo ends before the surplus arrives, which is found when the connection is used next.
        assert!(photo.bytes == GIF && (keep_for.is_none() || pieces.len() > 1));
    }
}

#[test]
fn a_reply_without_a_photo_keeps_its_connection_if_nothing_remains_to_be_read() {
    let long = "x".repeat(3000);
    for (head, body, is_kept) in [
        ("HTTP/1.1 404 Not Found\nContent-Length: 2\n\n", "no", true),
        ("HTTP/1.1 404 Not Found\nContent-Length: 0\n\n", "", true),
        ("HTTP/1.1 503 Busy\nTransfer-Encoding: chunked\n\n", "2\r\nno\r\n0\r\n\r\n", true),
        ("HTTP/1.1 204 No Content\n\n", "", true),
        ("HTTP/1.1 304 Not Modified\n\n", "", true),
        ("HTTP/1.1 200 OK\nContent-Length: 2\n\n", "no", true),
        ("HTTP/1.1 302 Found\nLocation: /\nContent-Length: 2\n\n", "no", true),
        ("HTTP/1.1 404 Not Found\nContent-Length: 3\n\n", "no", false),
        ("HTTP/1.1 404 Not Found\nContent-Length: 1\n\n", "no", false),
        ("HTTP/1.1 404 Not Found\nContent-Length: 3000\n\n", &long, false),
        ("HTTP/1.1 404 Not Found\nConnection: close\nContent-Length: 2\n\n", "no", false),
        ("HTTP/1.1 404 Not Found\n\n", "no", false),
        ("HTTP/1.1 404 Not Found\n\n", "", false),
        ("HTTP/1.1 503 Busy\nTransfer-Encoding: chunked\n\n", "2\r\nno\r\n0\r\n", false),
        ("HTTP/1.1 503 Busy\nTransfer-Encoding: chunked\n\n", "0\r\n\r\nHTTP/1.1", false),
        ("HTTP/1.1 503 Busy\nTransfer-Encoding: chunked\n\n", "no", false),
        ("HTTP/1.1 204 No Content\n\n", "HTTP/1.1", false),
        ("HTTP/1.1 101 Switching\nContent-Length: 0\n\n", "", false),
        ("HTTP/1.1 408 Request Timeout\nContent-Length: 0\n\n", "", false),
        ("HTTP/1.1 200 OK\nContent-Length: 1\n\n", "no", false),
        ("HTTP/1.1 302 Found\nLocation: /\nContent-Length: 3\n\n", "no", false),
    ] {
        let kept = match put_whole(&reply(head, body.as_bytes())) {
            Ok(Step::Failed { .. }) => true,
            Ok(Step::Redirect { keep_for, .. }) => keep_for.is_some(),
            Err(_) => false,
            other => panic!("{head}{body}: {}", described(&other)),
        };
        assert_eq!(kept, is_kept, "{head}{body}");
    }
}

/// The step after a reply that is read at once.
fn put_whole(bytes: &[u8]) -> Result<Step, Error> {
    let (mut exchange, mut scratch) = (exchange(), [0; 4096]);
    scratch[..bytes.len()].copy_from_slice(bytes);
    exchange.filled(&mut scratch, bytes.len())
}

#[test]
fn a_redirect_is_a_new_exchange() {
    let Ok(Step::Redirect { next, keep_for }) =
        receive(&[&reply("HTTP/1.1 302 Found\nLocation: //b.test/dog.gif\nContent-Length: 0\n\n", b"")])
    else {
        panic!("no redirect")
    };
    assert!(keep_for.is_some());
    assert_eq!(next.origin().to_string(), "http://b.test:80");
    assert!(next.to_send().starts_with(b"GET /dog.gif HTTP/1.1\r\nhost: b.test\r\n"));
}

#[test]
fn only_an_unanswered_exchange_begins_anew() {
    let lost = || io::Error::from(io::ErrorKind::ConnectionReset);
    let mut unanswered = exchange();
    let error = unanswered.failed(lost());
    assert!(matches!(error, Error::Io { phase: Phase::Head, .. }));
    assert!(unanswered.restart(&error));
    assert!(!unanswered.to_send().is_empty());

    let mut closed = exchange();
    let error = closed.filled(&mut [], 0).unwrap_err();
    assert!(closed.restart(&error));

    let mut answered = exchange();
    put(&mut answered, b"H").unwrap();
    let error = answered.failed(lost());
    assert!(!answered.restart(&error));

    let timeout = |after| Error::Timeout { phase: Phase::Head, after };
    let (stall, whole) = (Config::default().stall_timeout, Config::default().timeout);
    assert!(exchange().restart(&timeout(stall)));
    assert!(!exchange().restart(&timeout(whole)), "no time is left");

    let mut refused = exchange();
    let error = put(&mut refused, b"HTTP/1.1 408 Request Timeout\r\n\r\n").unwrap_err();
    assert!(refused.restart(&error) && !refused.to_send().is_empty());
    assert!(!exchange().restart(&Error::Status { code: 503, retry_after: None }));
}
