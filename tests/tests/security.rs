//! Credentials reach only their server, and are never shown.

use std::error::Error as _;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use log::{LevelFilter, Log, Metadata, Record};
use photo::{Error, Exchange, Photo, Target};
use photo_server::Fault;
use photo_tests::{Outcome, Site, Style, refusing, suite};

suite! {
    credentials_are_percent_decoded,
    a_redirect_takes_credentials_along_within_the_origin_only,
    credentials_of_a_redirect_are_its_own,
    no_error_shows_credentials,
    no_photo_shows_credentials,
}

suite! { once:
    no_log_shows_credentials_down_to_debug,
}

/// `me:s3cret`, as the header `Authorization` has it.
const ENCODED: &str = "bWU6czNjcmV0";

fn with_credentials(url: &str) -> String {
    url.replacen("://", "://me:s3cret@", 1)
}

/// The values of `Authorization` sent, request by request.
fn authorized(site: &Site) -> Vec<Option<String>> {
    let value = |head: &Vec<u8>| {
        let head = String::from_utf8_lossy(head);
        let mut fields = head.lines().filter_map(|line| line.split_once(": "));
        let field = fields.find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        field.map(|(_, value)| value.to_owned())
    };
    site.request_heads().iter().map(value).collect()
}

fn redirect(site: &Site, to: &str) -> String {
    with_credentials(&site.redirect(to))
}

fn assert_shows_none(shown: &str) {
    for secret in ["s3cret", ENCODED] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// `me:p@ss/w:rd%`, whose special characters a URL has to encode.
fn credentials_are_percent_decoded(style: Style) {
    let site = Site::start();
    let url = site.url("/photo").replacen("://", "://me:p%40ss%2Fw%3Ard%25@", 1);
    site.client(style).download(&url).unwrap();
    assert_eq!(authorized(&site), [Some("Basic bWU6cEBzcy93OnJkJQ==".to_owned())]);
}

/// The target of a redirect, given the server's two ports.
type To = fn(u16, u16) -> String;

fn a_redirect_takes_credentials_along_within_the_origin_only(style: Style) {
    let cases: [(&str, To, bool); 7] = [
        ("a path", |_, _| "/photo".into(), true),
        ("a relative path", |_, _| "../photo".into(), true),
        ("a query", |_, _| "?code=308&to=/photo".into(), true),
        ("the same host", |http, _| format!("//127.0.0.1:{http}/photo"), false),
        ("the same origin, written out", |http, _| format!("http://127.0.0.1:{http}/photo"), false),
        ("another name", |http, _| format!("http://localhost:{http}/photo"), false),
        ("another scheme and port", |_, https| format!("https://127.0.0.1:{https}/photo"), false),
    ];
    for (name, to, along) in cases {
        let site = Site::start();
        let to = to(site.addr().port(), site.tls_addr().port());
        site.client(style).download(&redirect(&site, &to)).unwrap();
        let sent: Vec<_> = authorized(&site).iter().map(Option::is_some).collect();
        assert!(sent[0] && sent[1..].iter().all(|sent| *sent == along), "to {name}: {sent:?}");
        assert!(sent.len() >= 2);
    }
}

fn credentials_of_a_redirect_are_its_own(style: Style) {
    let site = Site::start();
    let to = format!("http://you:other@{}/photo", site.addr());
    site.client(style).download(&redirect(&site, &to)).unwrap();
    assert_eq!(authorized(&site)[1].as_deref(), Some("Basic eW91Om90aGVy"));
}

fn no_error_shows_credentials(style: Style) {
    let (site, client) = Site::with(style);
    let impatient = site.client_with(style, |config| config.stall_timeout(Duration::from_secs(2)));
    let refused = refusing();
    for (url, expected) in [
        ("ftp://a.test/".to_owned(), Outcome::InvalidUrl),
        ("http://a.test:x/?to=http://b.test".to_owned(), Outcome::InvalidUrl),
        (format!("http://a.test/{}", "x".repeat(20_000)), Outcome::InvalidUrl),
        ("http://nonexistent.invalid/".to_owned(), Outcome::Resolve),
        (format!("http://{refused}/"), Outcome::Connect),
        (format!("https://{refused}/"), Outcome::Connect),
        (format!("https://localhost:{}/", site.addr().port()), Outcome::Tls),
        (site.url("/nowhere"), Outcome::Status(404)),
        (site.fault(Fault::StallBeforeHead, ""), Outcome::Timeout(photo::Phase::Head)),
        (site.fault(Fault::CutBody, ""), Outcome::Truncated),
        (site.fault(Fault::ResetInBody, ""), Outcome::Io),
        (site.fault(Fault::Noise, ""), Outcome::Malformed),
        (site.fault(Fault::Html, ""), Outcome::NotAPhoto),
        (site.fault(Fault::RedirectLoop, ""), Outcome::TooManyRedirects),
        (site.fault(Fault::Redirect, "to=ftp://me:s3cret@b.test/"), Outcome::InvalidUrl),
        (site.fault(Fault::Redirect, "to=http://me:s3cret@b.test:x//"), Outcome::InvalidUrl),
    ] {
        let client = if matches!(expected, Outcome::Timeout(_)) { &impatient } else { &client };
        let result = client.download(&with_credentials(&url));
        expected.assert_of(&result);
        assert_shows_none(&everything(&result.unwrap_err()));
    }
}

/// Every text of an error.
fn everything(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        write!(text, " {error} {error:?}").unwrap();
        source = error.source();
    }
    text
}

fn no_photo_shows_credentials(style: Style) {
    let (site, client) = Site::with(style);
    for url in [with_credentials(&site.url("/photo")), redirect(&site, "/photo")] {
        let photo: Photo = client.download(&url).unwrap();
        assert_eq!(photo.url, site.url("/photo"));
        assert_shows_none(&format!("{photo} {photo:?}"));
    }
}

#[test]
fn no_download_in_progress_shows_credentials() {
    let url = with_credentials("http://a.test/cat.gif");
    assert_shows_none(&format!("{:?}", Target::parse(&url).unwrap()));
    assert_shows_none(&format!("{:?}", Exchange::new(&url, &std::sync::Arc::default()).unwrap()));
}

/// A logger that keeps all lines.
struct Book(Mutex<String>);

impl Log for Book {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(lines, "{} {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

static BOOK: Book = Book(Mutex::new(String::new()));

/// Below that, at the level `trace`, the protocol library logs every byte it reads and writes.
fn no_log_shows_credentials_down_to_debug() {
    log::set_logger(&BOOK).unwrap();
    log::set_max_level(LevelFilter::Debug);
    let site = Site::start();
    for style in Style::HELD_EQUAL {
        let client = site.client(style);
        client.download(&with_credentials(&site.url("/photo"))).unwrap();
        client.download(&redirect(&site, &with_credentials(&site.url("/photo")))).unwrap();
        client.download(&with_credentials(&site.tls_url("/photo"))).unwrap();
        client.download(&with_credentials(&site.fault(Fault::CutBody, ""))).unwrap_err();
    }
    log::set_max_level(LevelFilter::Off);
    let book = BOOK.0.lock().unwrap();
    assert!(!book.is_empty(), "nothing is logged at all");
    assert_shows_none(&book);
}
