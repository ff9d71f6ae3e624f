//! The recipe `retry`: the errors that lead to a retry, and its number and times.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::ops::Range;
use std::thread;
use std::time::{Duration, SystemTime};

use photo::{Backoff, Error};
use photo_server::Fault;
use photo_tests::{Outcome, Picture, Site, Style, suite, takes};
use socket2::{Domain, Socket, Type};

suite! {
    a_server_that_recovers_brings_the_photo,
    a_connection_that_breaks_is_tried_again,
    a_port_that_listens_later_is_tried_again,
    every_transient_status_is_tried_again,
    a_timeout_is_tried_again,
    a_certificate_that_is_not_trusted_is_not_tried_again,
    the_caller_may_decide_what_is_tried_again,
    other_errors_are_not_tried_again,
    attempts_come_to_an_end,
    pauses_are_waited_for,
    retry_after_is_honoured,
    retry_after_is_honoured_up_to_the_longest_pause,
}

const PICTURE: Picture = Picture::jpeg(5000, 21);

/// Delay that a busy machine may add to a test.
const SLACK: Duration = Duration::from_secs(30);

/// Backoff with four attempts and almost no pause.
fn hasty() -> Backoff {
    Backoff::new(4, Duration::from_millis(1), Duration::from_millis(5)).seed(1)
}

/// The URL of the picture after `fail` failures.
fn flaky(site: &Site, fail: u32, parameters: &str) -> String {
    site.fault(Fault::Flaky, &format!("fail={fail}&{}&{parameters}", PICTURE.query()))
}

/// Downloads the picture from `url` by retries that take a time within `range`.
#[track_caller]
fn assert_recovers(style: Style, site: &Site, range: Range<Duration>, url: &str, backoff: Backoff) {
    let client = site.client(style);
    PICTURE.assert_is(&takes(range, || client.retry(url, backoff)).unwrap());
}

fn a_server_that_recovers_brings_the_photo(style: Style) {
    let site = Site::start();
    let url = flaky(&site, 2, "as=status&code=503");
    PICTURE.assert_is(&site.client(style).retry(&url, hasty()).unwrap());
    assert_eq!(site.counters().requests, 3);
    PICTURE.assert_is(&site.client(style).retry(&url, hasty()).unwrap());
    assert_eq!(site.counters().requests, 4);
}

fn a_connection_that_breaks_is_tried_again(style: Style) {
    let site = Site::start();
    for fault in [Fault::ResetBeforeHead, Fault::ResetInBody, Fault::CutBody] {
        site.reset_counters();
        let url = flaky(&site, 2, &format!("as={}", fault.name()));
        PICTURE.assert_is(&site.client(style).retry(&url, hasty()).unwrap());
        assert_eq!((site.counters().connections, site.counters().requests), (3, 3), "{fault:?}");
    }
}

fn a_port_that_listens_later_is_tried_again(style: Style) {
    // The socket has its port from the start, so that no other process can take it; until it listens, the port
    // refuses.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let url = format!("http://{}/photo", socket.local_addr().unwrap().as_socket().unwrap());
    let client = style.adapter(photo::Config::default()).unwrap();
    Outcome::Connect.assert_of(&client.retry(&url, hasty()));

    let server = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        socket.listen(8).unwrap();
        let (mut stream, _) = TcpListener::from(socket).accept().unwrap();
        let _request = stream.read(&mut [0; 1000]).unwrap();
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", PICTURE.bytes).unwrap();
        stream.write_all(PICTURE.file()).unwrap();
    });
    let patient = Backoff::new(100, Duration::from_millis(50), Duration::from_millis(100));
    PICTURE.assert_is(&client.retry(&url, patient).unwrap());
    server.join().unwrap();
}

fn every_transient_status_is_tried_again(style: Style) {
    let (site, client) = Site::with(style);
    for code in [408, 425, 429, 500, 502, 503, 504] {
        PICTURE
            .assert_is(&client.retry(&flaky(&site, 1, &format!("as=status&code={code}")), hasty()).unwrap());
    }
    // Only a 408 ends its connection.
    assert_eq!((site.counters().connections, site.counters().requests), (2, 14));
}

fn a_timeout_is_tried_again(style: Style) {
    let is_tried_again = |fault: Fault| {
        let site = Site::start();
        let client = site.client_with(style, |config| config.stall_timeout(Duration::from_secs(2)));
        let url = flaky(&site, 1, &format!("as={}", fault.name()));
        PICTURE.assert_is(&client.retry(&url, hasty()).unwrap());
        assert_eq!(site.counters().requests, 2, "{fault:?}");
    };
    thread::scope(|scope| {
        scope.spawn(|| is_tried_again(Fault::StallBeforeHead));
        scope.spawn(|| is_tried_again(Fault::StallInBody));
    });
}

/// The client trusts only the web's roots. Every attempt would be a connection.
fn a_certificate_that_is_not_trusted_is_not_tried_again(style: Style) {
    let site = Site::start();
    let client = style.adapter(photo::Config::default()).unwrap();
    Outcome::Tls.assert_of(&client.retry(&site.tls_url("/photo"), hasty()));
    assert_eq!(site.counters().connections, 1);
}

fn the_caller_may_decide_what_is_tried_again(style: Style) {
    let (site, client) = Site::with(style);
    let only_404 = || hasty().retry_if(|error| matches!(error, Error::Status { code: 404, .. }));
    PICTURE.assert_is(&client.retry(&flaky(&site, 2, "as=status&code=404"), only_404()).unwrap());
    assert_eq!(site.counters().requests, 3);
    Outcome::Status(503).assert_of(&client.retry(&flaky(&site, 2, "as=status&code=503"), only_404()));
    assert_eq!(site.counters().requests, 4);
}

fn other_errors_are_not_tried_again(style: Style) {
    let (site, client) = Site::with(style);
    for (parameters, expected) in [
        ("as=status&code=400", Outcome::Status(400)),
        ("as=status&code=404", Outcome::Status(404)),
        ("as=status&code=410&retry_after=0", Outcome::Status(410)),
        ("as=status&code=501", Outcome::Status(501)),
        ("as=status&code=505", Outcome::Status(505)),
        ("as=html", Outcome::NotAPhoto),
        ("as=redirect-no-location", Outcome::Malformed),
    ] {
        site.reset_counters();
        expected.assert_of(&client.retry(&flaky(&site, 1, parameters), hasty()));
        assert_eq!(site.counters().requests, 1, "{parameters}");
    }
    Outcome::InvalidUrl.assert_of(&client.retry("no URL", hasty()));
}

fn attempts_come_to_an_end(style: Style) {
    let (site, client) = Site::with(style);
    let url = flaky(&site, 100, "as=status&code=503");
    let failed = client.retry(&url, hasty());
    Outcome::Status(503).assert_of(&failed);
    assert_eq!(site.counters().requests, 4);
    assert!(failed.unwrap_err().to_string().starts_with(&format!("{url}, after 4 attempts: ")));

    let once = Backoff::new(1, Duration::from_mins(1), Duration::from_mins(1));
    Outcome::Status(503).assert_of(&client.retry(&url, once));
    assert_eq!(site.counters().requests, 5);
}

fn pauses_are_waited_for(style: Style) {
    let site = Site::start();
    let backoff = Backoff::new(4, Duration::from_millis(50), Duration::from_mins(1)).seed(7);
    // With a seed, the draws of the recipe are known beforehand.
    let mut drawn = backoff.clone();
    let error = Error::Status { code: 503, retry_after: None };
    let pauses: Duration = std::iter::from_fn(|| drawn.pause(&error, SystemTime::now())).sum();
    assert!(pauses > Duration::from_millis(175));

    let url = flaky(&site, 3, "as=status&code=503");
    assert_recovers(style, &site, pauses..pauses + SLACK, &url, backoff);
}

/// A date is in whole seconds: one in four seconds is at least three seconds away. The longest pause is a minute.
fn retry_after_is_honoured(style: Style) {
    let site = Site::start();
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(4));
    for (retry_after, least) in [(&*date, Duration::from_secs(1)), ("1", Duration::from_secs(1))] {
        let url = flaky(&site, 1, &format!("as=status&code=429&retry_after={retry_after}"));
        let backoff = Backoff::new(2, Duration::from_millis(1), Duration::from_mins(1));
        assert_recovers(style, &site, least..SLACK, &url, backoff);
    }
}

fn retry_after_is_honoured_up_to_the_longest_pause(style: Style) {
    let site = Site::start();
    let longest = Duration::from_millis(200);
    let tomorrow = httpdate::fmt_http_date(SystemTime::now() + Duration::from_hours(24));
    for retry_after in ["86400", &"9".repeat(30), &tomorrow] {
        let url = flaky(&site, 1, &format!("as=status&code=503&retry_after={retry_after}"));
        let backoff = Backoff::new(2, Duration::from_millis(1), longest);
        assert_recovers(style, &site, longest..SLACK, &url, backoff);
    }
}
