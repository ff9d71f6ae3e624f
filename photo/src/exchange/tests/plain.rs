//! The plain case and the protocol library come to the same.

use super::*;
use crate::exchange::{plain, protocol};

/// An exchange that takes no reply for plain.
fn by_protocol() -> Exchange {
    let mut exchange = exchange();
    exchange.state = State::Head { buffer: Buffer::default(), plain: false };
    exchange
}

#[test]
fn a_plain_request_is_what_the_protocol_library_writes() {
    let config = Config::default();
    let mut plain = 0;
    for url in [
        "http://a.test",
        "http://a.test:80/cat.gif",
        "http://A.test:81/cat.gif?size=1&x=%20#part",
        "https://a.test/?",
        "https://a.test:443/a/../b//c.gif",
        "https://a.test:80/é/猫?ü=|^",
        "http://bücher.test/[1]/{2}`3`\"4\"",
        "http://127.0.0.1:8080/cat.gif",
        "http://[::1]/cat.gif",
        "http://[::1]:8080/cat.gif",
        "http://me@a.test/",
        "http://me:secret@a.test/",
        "http://:secret@a.test/",
    ] {
        let target = Target::parse(url).unwrap();
        let (expected, _) = protocol::request(&target, &config).unwrap();
        if let Some(request) = plain::request(&target, &config) {
            assert_eq!(String::from_utf8(request), String::from_utf8(expected), "{url}");
            plain += 1;
        }
    }
    assert_eq!(plain, 10, "credentials are not plain, all else is");
}

#[test]
fn a_user_agent_that_is_not_plain_is_left_to_the_protocol_library() {
    let target = Target::parse("http://a.test/").unwrap();
    for user_agent in ["a\r\nhost: b", "caméra", &"x".repeat(1001)] {
        assert_eq!(plain::request(&target, &Config::default().user_agent(user_agent)), None);
    }
}

#[test]
fn a_plain_head_means_what_the_protocol_library_makes_of_it() {
    const PIECES: [&str; 30] = [
        "HTTP/1.1 200 OK",
        "HTTP/1.0 200 OK",
        "HTTP/1.1 200",
        "HTTP/1.1 206 Partial Content",
        "HTTP/1.1 304 Not Modified",
        "HTTP/1.1 301 Moved",
        "HTTP/1.1 103 Early Hints",
        "\r\n",
        "\r\n",
        "\n",
        "\r",
        "Content-Length: 14",
        "content-length:14",
        "CONTENT-LENGTH:  14 ",
        "Content-Length: 014",
        "Content-Length: +14",
        "Content-Length: 14, 14",
        "Content-Length: 99999999999999999999",
        "Content-Length:",
        "Connection: close",
        "Connection: Keep-Alive",
        "Connection: x, close",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Content-Encoding: gzip",
        "Location: /dog.gif",
        " folded",
        "X-\u{e9}: y",
        "X: \u{e9}\t\0",
        "X~!#$%&'*+-.^_`|: y",
    ];
    let random = &mut fastrand::Rng::with_seed(1);
    let mut photos = 0;
    for round in 0..40_000 {
        let mut bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n".to_vec();
        if round % 4 == 0 {
            bytes.clear();
        }
        for _ in 0..random.usize(0..5) {
            bytes.extend_from_slice(random.choice(PIECES).unwrap().as_bytes());
            bytes.extend_from_slice(if random.u8(..) < 240 { b"\r\n" } else { b"" });
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(GIF);
        if random.bool() {
            let at = random.usize(..bytes.len());
            bytes[at] = random.u8(..);
        }
        bytes.truncate(random.usize(bytes.len() - GIF.len()..=bytes.len() + GIF.len()));
        let outcomes = [exchange(), by_protocol()].map(|mut exchange| {
            let end = match put(&mut exchange, &bytes) {
                Ok(Step::More) => exchange.filled(0),
                end => end,
            };
            described(&end)
        });
        assert_eq!(outcomes[0], outcomes[1], "{:?}", String::from_utf8_lossy(&bytes));
        photos += usize::from(outcomes[0].contains("Gif"));
    }
    assert!(photos > 2000, "{photos} photos only: the replies are too bad to say much");
}
