//! Timeouts, sizes and bad input: a clear error, within its time.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use photo::{Config, Error, Format, Phase};
use photo_server::Fault;
use photo_tests::{Adapter, Outcome, Picture, Scheme, Site, Style, suite, takes};

suite! {
    a_configuration_that_cannot_work_is_refused,
    a_larger_photo_is_refused_however_it_is_framed,
    an_unverified_format_is_accepted,
    a_certificate_that_is_not_trusted_is_refused,
    a_tls_server_spoken_to_without_tls_brings_an_error,
    a_server_that_does_not_agree_on_tls_times_out,
    a_stalled_server_times_out,
    a_stalled_body_times_out,
    a_slow_record_of_tls_is_no_stall,
    the_whole_timeout_ends_what_no_stall_does,
    the_whole_timeout_covers_redirects,
    no_time_at_all_is_a_timeout,
    endless_limits_do_no_harm,
}

const SHORT: Duration = Duration::from_millis(200);

/// Downloads `url`, which must time out: not before `limit`, and not long after.
#[track_caller]
fn assert_times_out(client: &dyn Adapter, url: &str, expected: Phase, limit: Duration) {
    let result = takes(limit..limit + Duration::from_secs(3), || client.download(url));
    match result {
        Err(Error::Timeout { phase, after }) => assert_eq!((phase, after), (expected, limit)),
        other => panic!("expected a timeout, found {other:?}"),
    }
}

fn a_configuration_that_cannot_work_is_refused(style: Style) {
    for config in [
        Config::default().user_agent("a\r\nb: c"),
        Config::default().user_agent("x".repeat(2000)),
        Config::default().root_certificate(*b"no certificate"),
    ] {
        Outcome::InvalidConfig.assert_of(&style.client(config).and_then(|client| client.download("")));
    }
}

fn a_larger_photo_is_refused_however_it_is_framed(style: Style) {
    let site = Site::start();
    for bytes in [1000, 40_000, 1 << 20] {
        let picture = Picture::jpeg(bytes, 1);
        for (limit, expected) in [(bytes, Outcome::Photo), (bytes - 1, Outcome::TooLarge)] {
            let client = site.client_with(style, |config| config.max_bytes(limit as u64));
            for path in ["/photo", &Fault::Chunked.path(), &Fault::CloseDelimited.path()] {
                for scheme in Scheme::ALL {
                    let url = site.url_by(scheme, &format!("{path}?{}", picture.query()));
                    expected.assert_of(&client.download(&url));
                }
            }
        }
    }
}

fn an_unverified_format_is_accepted(style: Style) {
    let site = Site::start();
    let client = site.client_with(style, |config| config.verify_format(false));
    let page = client.download(&site.fault(Fault::Html, "")).unwrap();
    assert!(page.bytes.starts_with(b"<!DOCTYPE html>"));
    assert_eq!((page.format, page.size), (Format::Unknown, None));
    assert_eq!(client.download(&site.url("/photo?format=gif")).unwrap().format, Format::Gif);
}

fn a_certificate_that_is_not_trusted_is_refused(style: Style) {
    let site = Site::start();
    Outcome::Tls.assert_of(&style.client(Config::default()).unwrap().download(&site.tls_url("/photo")));
    assert_eq!(site.counters().requests, 0);
}

fn a_tls_server_spoken_to_without_tls_brings_an_error(style: Style) {
    let site = Site::start();
    let url = format!("http://localhost:{}/photo", site.tls_addr().port());
    let result = site.client(style).download(&url);
    assert!(matches!(Outcome::of(&result), Outcome::Malformed | Outcome::Io), "{result:?}");
}

fn a_server_that_does_not_agree_on_tls_times_out(style: Style) {
    // The system accepts the connections, and no process answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", silent.local_addr().unwrap());
    let client = style.adapter(Config::default().connect_timeout(SHORT)).unwrap();
    assert_times_out(&*client, &url, Phase::Handshake, SHORT);
}

fn a_stalled_server_times_out(style: Style) {
    let site = Site::start();
    let client = site.client_with(style, |config| config.stall_timeout(SHORT));
    assert_times_out(&*client, &site.fault(Fault::StallBeforeHead, ""), Phase::Head, SHORT);
    assert_times_out(&*client, &site.fault(Fault::StallInHead, ""), Phase::Head, SHORT);
}

fn a_stalled_body_times_out(style: Style) {
    let site = Site::start();
    let limit = 2 * SHORT;
    let client = site.client_with(style, |config| config.stall_timeout(limit));
    assert_times_out(&*client, &site.fault(Fault::StallInBody, ""), Phase::Body, limit);
    assert_times_out(&*client, &site.fault(Fault::StallInBody, "bytes=500000"), Phase::Body, limit);
}

fn a_slow_record_of_tls_is_no_stall(style: Style) {
    let site = Site::start();
    // It takes longer than the limit, and fits into one record, so that TLS returns nothing before its end.
    let picture = Picture::jpeg(15_000, 3);
    let port = relay(site.tls_addr(), 1000, Duration::from_millis(100)).port();
    let url = site.tls_url(&picture.path());
    let url = url.replace(&format!(":{}/", site.tls_addr().port()), &format!(":{port}/"));
    let client = site.client_with(style, |config| config.stall_timeout(Duration::from_secs(1)));
    picture.assert_is(&client.download(&url).unwrap());
}

/// Relays one connection to `server`; each `step` bytes of its reply come after a pause.
fn relay(server: SocketAddr, step: usize, pause: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || -> io::Result<()> {
        let (mut client, mut server) = (listener.accept()?.0, TcpStream::connect(server)?);
        let (mut asks, mut hears) = (client.try_clone()?, server.try_clone()?);
        thread::spawn(move || io::copy(&mut asks, &mut hears));
        let mut bytes = vec![0; step];
        while let n @ 1.. = server.read(&mut bytes)? {
            client.write_all(&bytes[..n])?;
            thread::sleep(pause);
        }
        Ok(())
    });
    addr
}

fn the_whole_timeout_ends_what_no_stall_does(style: Style) {
    let site = Site::start();
    let limit = 2 * SHORT;
    let client = site.client_with(style, |config| config.timeout(limit));
    assert_times_out(&*client, &site.fault(Fault::Drip, "step=100&every_ms=50"), Phase::Body, limit);
    assert_times_out(&*client, &site.fault(Fault::StallBeforeHead, ""), Phase::Head, limit);
}

fn the_whole_timeout_covers_redirects(style: Style) {
    let site = Site::start();
    let limit = 2 * SHORT;
    let client = site.client_with(style, |config| config.timeout(limit));
    // All allowed redirects would take 1.5 s.
    let url = site.fault(Fault::RedirectLoop, "delay_ms=150");
    let result = takes(limit..limit + Duration::from_secs(1), || client.download(&url));
    assert!(matches!(result, Err(Error::Timeout { after, .. }) if after == limit), "{result:?}");
    assert!(site.counters().requests >= 2);
}

fn no_time_at_all_is_a_timeout(style: Style) {
    let site = Site::start();
    let client = site.client_with(style, |config| config.timeout(Duration::ZERO));
    for url in [site.url("/photo?delay_ms=1000"), site.tls_url("/photo?delay_ms=1000")] {
        let result = client.download(&url);
        assert!(matches!(result, Err(Error::Timeout { after: Duration::ZERO, .. })), "{result:?}");
    }
}

fn endless_limits_do_no_harm(style: Style) {
    let site = Site::start();
    let client = site.client_with(style, |config| {
        let never = Duration::MAX;
        let config = config.timeout(never).connect_timeout(never).stall_timeout(never);
        config.max_bytes(u64::MAX).max_redirects(u32::MAX).max_idle_per_host(usize::MAX)
    });
    for url in [site.url("/photo"), site.tls_url("/photo"), site.fault(Fault::RedirectHost, "")] {
        client.download(&url).unwrap();
    }
}
