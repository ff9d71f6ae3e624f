//! A cancelled download ends at once, and no other one does.

mod dropping;
mod pauses;
mod steps;
mod token;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use photo::Config;
use photo_server::Fault;
use photo_tests::{BlackHole, Outcome, Picture, Scheme, Site, Style, eventually, suite, takes};

suite! {
    a_download_is_cancelled_at_any_time,
    a_download_is_cancelled_while_it_connects,
    a_download_is_cancelled_while_it_agrees_on_tls,
    a_photo_of_unknown_length_is_not_ended_by_cancelling,
}

/// The time after which the user cancels; by then, the server has the request.
const PATIENCE: Duration = Duration::from_secs(2);

/// Less than the rest of any download here. All limits are far longer, so that none of them can end one.
const SOON: Duration = Duration::from_secs(30);

fn a_download_is_cancelled_at_any_time(style: Style) {
    let cases = [
        (Fault::StallBeforeHead, Scheme::Http, false),
        (Fault::StallInHead, Scheme::Http, false),
        (Fault::StallInBody, Scheme::Http, false),
        (Fault::Drip, Scheme::Http, false),
        (Fault::StallBeforeHead, Scheme::Https, false),
        (Fault::StallInBody, Scheme::Https, false),
        (Fault::StallBeforeHead, Scheme::Http, true),
        (Fault::StallInBody, Scheme::Https, true),
    ];
    thread::scope(|scope| {
        for (fault, scheme, is_kept) in cases {
            scope.spawn(move || is_cancelled(style, fault, scheme, is_kept));
        }
    });
}

fn is_cancelled(style: Style, fault: Fault, scheme: Scheme, is_kept: bool) {
    let (site, client) = Site::with(style);
    if is_kept {
        client.download(&site.url_by(scheme, "/photo")).unwrap();
    }
    // A drip takes a minute.
    let url = site.url_by(scheme, &format!("{}?step=10&every_ms=20", fault.path()));
    let result = takes(PATIENCE..PATIENCE + SOON, || client.cancel(&url, PATIENCE));
    Outcome::Cancelled.assert_of(&result);
    eventually("its connection is closed", || site.counters().open_connections == 0);
    assert_eq!(site.counters().aborted, 1);

    let picture = Picture::jpeg(5000, 8);
    picture.assert_is(&client.download(&site.url_by(scheme, &picture.path())).unwrap());
}

#[track_caller]
fn assert_cancelled(style: Style, url: &str) {
    let never = Duration::MAX;
    let config = Config::default().timeout(never).connect_timeout(never).stall_timeout(never);
    let client = style.adapter(config).unwrap();
    Outcome::Cancelled.assert_of(&takes(PATIENCE..PATIENCE + SOON, || client.cancel(url, PATIENCE)));
}

fn a_download_is_cancelled_while_it_connects(style: Style) {
    if !cfg!(target_os = "linux") {
        eprintln!("skipped: only on Linux is the queue of a black hole short");
        return;
    }
    let hole = BlackHole::on("127.0.0.1");
    assert_cancelled(style, &format!("http://{}/", hole.address()));
}

fn a_download_is_cancelled_while_it_agrees_on_tls(style: Style) {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    assert_cancelled(style, &format!("https://{}/", silent.local_addr().unwrap()));
}

/// A cancelled blocking call sees the end of the stream, which looks like the end of this photo.
fn a_photo_of_unknown_length_is_not_ended_by_cancelling(style: Style) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut tcp, _) = listener.accept().unwrap();
        tcp.write_all(b"HTTP/1.1 200 OK\r\n\r\nGIF89a\x01\0\x01\0\0\0\0;").unwrap();
        let _ = tcp.read_to_end(&mut Vec::new()); // until the client closes
    });
    assert_cancelled(style, &url);
    server.join().unwrap();
}
