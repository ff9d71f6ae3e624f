//! Any text as a URL: the fast parser and the URL standard agree, and the request target is one line.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use photo::{Error, Exchange, Target};
use url::{Position, Url};

fuzz_target!(|text: &str| {
    // The standard skips leading blanks, while the fast parser refuses them.
    let target = match (Target::parse(text), Target::parse(&format!(" {text}"))) {
        (Ok(plain), Ok(standard)) => {
            assert_eq!(request(&plain), request(&standard));
            assert_eq!((plain.url(), plain.origin()), (standard.url(), standard.origin()));
            plain
        }
        (Err(plain), Err(standard)) => return assert_eq!(reason(plain), reason(standard)),
        (plain, standard) => panic!("{plain:?} and {standard:?}"),
    };

    let url = Url::parse(text).expect("the target is a URL");
    let (request_target, host) =
        (&url[Position::BeforePath..Position::AfterQuery], &url[Position::BeforeHost..Position::AfterPort]);
    let head = request(&target);
    assert!(head.starts_with(&format!("GET {request_target} HTTP/1.1\r\nhost: {host}\r\n")), "{head}");
    assert!(head.ends_with("\r\n\r\n") && head.matches("\r\n\r\n").count() == 1, "{head:?}");
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    assert_eq!(head.lines().count(), 6 + usize::from(has_credentials), "{head:?}");

    // The shown URL leads to the same place, without credentials.
    let shown = Target::parse(&target.url()).expect("the shown URL is a target");
    assert_eq!((shown.url(), shown.origin()), (target.url(), target.origin()));
    assert!(!has_credentials || !request(&shown).contains("authorization"));
});

fn request(target: &Target) -> String {
    let exchange = Exchange::of(target.clone(), Arc::default()).expect("a target has a request");
    String::from_utf8(exchange.to_send().to_vec()).expect("a request is ASCII")
}

fn reason(error: Error) -> Box<str> {
    let Error::InvalidUrl { reason, .. } = error else { panic!("{error}") };
    reason
}
