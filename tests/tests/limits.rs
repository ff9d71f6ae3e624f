//! Timeouts, sizes and bad input: a clear error, within its time.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use photo::{Config, Error, Format, Phase};
use photo_server::Fault;
use photo_tests::{Outcome, Picture, Scheme, Site, Style, suite, takes};

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

/// A limit that only a silent or slow server exceeds, on a busy machine too.
const SHORT: Duration = Duration::from_secs(2);

/// Delay that a busy machine may add; without the limit, a download would take longer.
const SLACK: Duration = Duration::from_secs(30);

/// Downloads each of `urls`, which must time out in this phase: not before the limit [`SHORT`], and not long after.
fn assert_time_out(style: Style, config: &Config, urls: &[(String, Phase)]) {
    let download = |url: &str, expected| {
        let client = style.client(config.clone()).unwrap();
        match takes(SHORT..SHORT + SLACK, || client.download(url)) {
            Err(Error::Timeout { phase, after }) => assert_eq!((phase, after), (expected, SHORT), "{url}"),
            other => panic!("expected a timeout, found {other:?}"),
        }
    };
    thread::scope(|scope| {
        for (url, expected) in urls {
            scope.spawn(move || download(url, *expected));
        }
    });
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
    let never = Duration::MAX;
    let config = Config::default().timeout(never).connect_timeout(SHORT).stall_timeout(never);
    assert_time_out(style, &config, &[(url, Phase::Handshake)]);
}

fn a_stalled_server_times_out(style: Style) {
    let site = Site::start();
    let faults = [Fault::StallBeforeHead, Fault::StallInHead];
    let urls = faults.map(|fault| (site.fault(fault, ""), Phase::Head));
    assert_time_out(style, &site.config().stall_timeout(SHORT), &urls);
}

fn a_stalled_body_times_out(style: Style) {
    let site = Site::start();
    let urls = ["", "bytes=500000"].map(|query| (site.fault(Fault::StallInBody, query), Phase::Body));
    assert_time_out(style, &site.config().stall_timeout(SHORT), &urls);
}

fn a_slow_record_of_tls_is_no_stall(style: Style) {
    let site = Site::start();
    // It takes longer than the limit, and fits into one record, so that TLS returns nothing before its end.
    let picture = Picture::jpeg(15_000, 3);
    let port = relay(site.tls_addr(), 1000, Duration::from_millis(250)).port();
    let url = site.tls_url(&picture.path());
    let url = url.replace(&format!(":{}/", site.tls_addr().port()), &format!(":{port}/"));
    let client = site.client_with(style, |config| config.stall_timeout(Duration::from_secs(3)));
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
    // The whole photo would take a minute.
    let drip = site.fault(Fault::Drip, "step=100&every_ms=200");
    let urls = [(drip, Phase::Body), (site.fault(Fault::StallBeforeHead, ""), Phase::Head)];
    assert_time_out(style, &site.config().timeout(SHORT), &urls);
}

fn the_whole_timeout_covers_redirects(style: Style) {
    let site = Site::start();
    let limit = Duration::from_secs(3);
    let client = site.client_with(style, |config| config.timeout(limit));
    // No single redirect takes that long. All that are allowed would take 11 s, and then be too many.
    let url = site.fault(Fault::RedirectLoop, "delay_ms=1000");
    let result = takes(limit.., || client.download(&url));
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
