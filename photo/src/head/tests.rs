//! Heads of replies, and how they are read.

use super::*;

/// The whole head in `text`, formatted by `describe`.
fn read<T>(text: &str, describe: impl FnOnce(&Head<'_>) -> T) -> Result<Option<T>, Error> {
    let text = text.replace('\n', "\r\n");
    Ok(match Head::parse(text.as_bytes())? {
        Parsed::Partial { .. } => None,
        Parsed::Whole { head, .. } => Some(describe(&head)),
    })
}

/// Code, framing and keep-alive.
fn head(text: &str) -> Result<Option<String>, Error> {
    read(text, |head| {
        let framing = match head.framing() {
            Framing::Length(length) => length.to_string(),
            Framing::Chunked(_) => "chunked".into(),
            Framing::Close => "close".into(),
        };
        format!("{} {framing} {}", head.code, if head.keep_alive() { "keep" } else { "close" })
    })
}

#[test]
fn code_framing_and_keep_alive_are_read() {
    for (text, expected) in [
        ("HTTP/1.1 200 OK\nServer: x\nCONTENT-LENGTH: 042 , 42\nContent-Length:42\n\n", "200 42 keep"),
        ("HTTP/1.1  302\nLocation: /a\n\t  b\nX: y\n z\n\n", "302 close keep"),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: identity\nContent-Length: 5\n\n", "200 5 keep"),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: Chunked\nContent-Length: 5\n\n", "200 chunked keep"),
        ("HTTP/1.1 100 Go\nServer: x\n\nHTTP/1.1 199\n\nHTTP/1.1 503\nRetry-After: 7\n\n", "503 close keep"),
        ("HTTP/1.1 200 OK\nConnection: upgrade, Close\n\n", "200 close close"),
        ("HTTP/1.1 200 OK\nConnection: close, caf\u{e9}\n\n", "200 close close"),
        ("HTTP/1.1 200 OK\nConnection: closed\n\n", "200 close keep"),
        ("HTTP/1.0 200 OK\n\n", "200 close close"),
        ("HTTP/1.0 200 OK\nConnection: Keep-Alive\n\n", "200 close keep"),
        ("HTTP/1.0 200 OK\nConnection: keep-alive\nConnection: close\n\n", "200 close close"),
        ("HTTP/1.1 200 OK\nContent-Length: 99999999999999999999\n\n", "200 18446744073709551615 keep"),
    ] {
        assert_eq!(head(text).unwrap().as_deref(), Some(expected), "{text}");
    }
    let bare = "HTTP/1.0 200 OK\nContent-Length: 5\n\nbody";
    let Ok(Parsed::Whole { length, .. }) = Head::parse(bare.as_bytes()) else { panic!("not whole") };
    assert_eq!(length, bare.len() - 4);
}

#[test]
fn the_idle_timeout_is_read() {
    for (field, expected) in [
        ("Keep-Alive: timeout=5, max=1000", Some(5)),
        ("keep-alive: max=3,Timeout = 0", Some(0)),
        ("Keep-Alive: 300", None),
        ("Keep-Alive: timeout=soon", None),
        ("Connection: keep-alive", None),
    ] {
        let read = read(&format!("HTTP/1.1 200 OK\n{field}\n\n"), |head| head.idle_timeout);
        assert_eq!(read.unwrap().unwrap(), expected.map(Duration::from_secs), "{field}");
    }
}

#[test]
fn location_and_retry_after_are_read() {
    let read = |fields: &str| {
        read(&format!("HTTP/1.1 302 Found\n{fields}\n\n"), |head| {
            (head.location.map(Vec::from), head.has_other_location, head.retry_after)
        })
        .unwrap()
        .unwrap()
    };
    assert_eq!(read("Location: /a\n\tb"), (Some(b"/a\r\n\tb".to_vec()), false, None));
    assert_eq!(read("Location: /a\nLOCATION: /a"), (Some(b"/a".to_vec()), false, None));
    assert_eq!(read("Location: /a\nLocation: /b"), (Some(b"/a".to_vec()), true, None));
    let seven = RetryAfter::Delay(std::time::Duration::from_secs(7));
    assert_eq!(read("Retry-After: soon\nRetry-After: 7\nRetry-After: 8"), (None, false, Some(seven)));
}

#[test]
fn junk_among_the_fields_is_ignored() {
    for junk in [" X: y", "X : y", "X Y: z", ": y", "ö: y", "X: \x01", "X: y\n \x02\n Content-Length: 7"] {
        let text = format!("HTTP/1.1 200 OK\n{junk}\nContent-Length: 5\n\n");
        assert_eq!(head(&text).unwrap().as_deref(), Some("200 5 keep"), "{junk}");
    }
    for bad in ["X", "X: \0", "\0: y", "X: y\rz"] {
        assert!(head(&format!("HTTP/1.1 200 OK\n{bad}\nContent-Length: 5\n\n")).is_err(), "{bad:?}");
    }
    assert!(head("\nHTTP/1.1 200 OK\n\n").is_err());
}

#[test]
fn a_field_that_decides_is_honoured_or_refused() {
    let spaced = "HTTP/1.1 302 Found\nLocation : /x\nConnection\t: close\nRetry-After : 7\n\n";
    let read =
        read(spaced, |head| (head.location == Some(b"/x"), head.keep_alive(), head.retry_after.is_some()));
    assert_eq!(read.unwrap(), Some((true, false, true)));
    for refused in [
        "Content-Encoding: g\x01zip",
        "Connection: close\x02",
        "Location: /\x03",
        "Retry-After\x0b: 7",
        "Content-Length: \x015",
        "Content-Length : 5",
        "X Content-Length: 5\nContent-Length\t: 5",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding: \x0bchunked",
        "Transfer-Encoding: chunked\nTransfer-Encoding: identity",
    ] {
        let found = head(&format!("HTTP/1.1 200 OK\nContent-Length: 5\n{refused}\n\n"));
        assert!(matches!(found, Err(Error::Malformed { .. })), "{refused}: {found:?}");
    }
}

#[test]
fn a_head_has_at_most_1000_fields() {
    let fields = |count| head(&format!("HTTP/1.1 200 OK\n{}\n", "X: y\n".repeat(count)));
    assert!(fields(MAX_FIELDS).unwrap().is_some());
    assert!(fields(MAX_FIELDS + 1).is_err());
}
