//! Requests and heads against an independent implementation of HTTP/1.1, ureq-proto.

use http::{HeaderValue, Request, Response, header};
use ureq_proto::client::state::RecvResponse;
use ureq_proto::client::{Call, SendRequestResult};

use super::*;
use crate::head::{Head, Parsed};
use crate::incoming::Framing;

/// The request for `target` by the oracle, and a call that awaits the reply.
fn oracle(target: &Target) -> (Vec<u8>, Call<RecvResponse>) {
    let mut request = Request::get(target.normal_url().text()).body(()).unwrap();
    let headers = request.headers_mut();
    headers.insert(header::USER_AGENT, HeaderValue::from_str(&Config::default().user_agent).unwrap());
    headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let mut call = Call::new(request).unwrap().proceed();
    let mut request = vec![0; 1024];
    let mut length = 0;
    while !call.can_proceed() {
        length += call.write(&mut request[length..]).unwrap();
    }
    request.truncate(length);
    match call.proceed() {
        Ok(Some(SendRequestResult::RecvResponse(call))) => (request, call),
        _ => panic!("a GET sends no body"),
    }
}

#[test]
fn the_request_is_what_the_oracle_writes() {
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
        let exchange = Exchange::of(target.clone(), Arc::default()).unwrap();
        let (expected, _) = oracle(&target);
        assert_eq!(exchange.to_send().escape_ascii().to_string(), expected.escape_ascii().to_string());
    }
}

const STATUS_LINES: [&str; 5] =
    ["HTTP/1.1 200 OK", "HTTP/1.0 200 OK", "HTTP/1.1 206 Part", "HTTP/1.1 404 No", "HTTP/1.1 301 Moved"];

/// Fields that RFC 9112 allows; both understand all of them.
const GOOD: [&str; 10] = [
    "Content-Length: 14",
    "content-length:14",
    "CONTENT-LENGTH:  14 ",
    "Content-Length: 014",
    "Connection: close",
    "Connection: Keep-Alive",
    "Connection: x, close",
    "Transfer-Encoding: chunked",
    "Location: /dog.gif",
    "X~!#$%&'*+-.^_`|: y",
];

/// Fields that one of the two may refuse.
const ODD: [&str; 9] = [
    "Content-Length: +14",
    "Content-Length: 14, 14",
    "Content-Length: 15",
    "Content-Length: 99999999999999999999",
    "Content-Length:",
    "Transfer-Encoding: gzip",
    "X-\u{e9}: y",
    " folded",
    "X: \u{e9}\t\0",
];

#[test]
fn a_head_means_what_the_oracle_makes_of_it() {
    let target = Target::parse("http://a.test/").unwrap();
    let random = &mut fastrand::Rng::with_seed(1);
    let mut agreed = 0;
    for round in 0..20_000 {
        let is_good = round % 2 == 0;
        let mut lines = vec![*random.choice(&STATUS_LINES).unwrap()];
        for _ in 0..random.usize(0..5) {
            let odd = !is_good && random.bool();
            let field = if odd { random.choice(&ODD) } else { random.choice(&GOOD) };
            lines.push(field.unwrap());
        }
        let head = lines.join("\r\n") + "\r\n\r\n";
        let found = Head::parse(head.as_bytes());
        let (_, mut call) = oracle(&target);
        let expected = call.try_response(head.as_bytes(), false);
        let (Ok(Parsed::Whole { length, head: found }), Ok((expected_length, Some(expected)))) =
            (&found, &expected)
        else {
            // HTTP/1.0 has no Transfer-Encoding, but the oracle takes it.
            let only_ours = found.is_err() && head.contains("1.0") && head.contains("chunked");
            assert!(!is_good || only_ours, "{head:?}: {found:?}, {expected:?}");
            continue;
        };
        assert_eq!((*length, found.code), (*expected_length, expected.status().as_u16()), "{head:?}");
        assert_eq!(found.location, first(expected, &header::LOCATION), "{head:?}");
        if let Framing::Length(_) = found.framing {
            assert!(first(expected, &header::CONTENT_LENGTH).is_some(), "{head:?}");
        }
        let chunked = matches!(found.framing, Framing::Chunked(_));
        assert_eq!(chunked, first(expected, &header::TRANSFER_ENCODING) == Some(b"chunked"), "{head:?}");
        agreed += 1;
    }
    assert!(agreed > 8000, "{agreed} heads only that both accept");
}

fn first<'a>(response: &'a Response<()>, name: &header::HeaderName) -> Option<&'a [u8]> {
    response.headers().get(name).map(HeaderValue::as_bytes)
}
