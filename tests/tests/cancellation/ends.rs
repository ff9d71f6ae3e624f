//! Cancelling during connecting, and when the end of the connection would be the end of the photo.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use photo::Config;
use photo_tests::{BlackHole, Outcome, Style, suite};

suite! {
    a_download_is_cancelled_while_it_connects,
    a_photo_of_unknown_length_is_not_ended_by_cancelling,
}

#[track_caller]
fn assert_cancelled(style: Style, url: &str) {
    let client = style.adapter(Config::default()).unwrap();
    let start = Instant::now();
    Outcome::Cancelled.assert_of(&client.cancel(url, Duration::from_millis(100)));
    assert!(start.elapsed() < Duration::from_secs(1), "after {:?}", start.elapsed());
}

fn a_download_is_cancelled_while_it_connects(style: Style) {
    if !cfg!(target_os = "linux") {
        eprintln!("skipped: only on Linux is the queue of a black hole short");
        return;
    }
    let hole = BlackHole::on("127.0.0.1");
    assert_cancelled(style, &format!("http://{}/", hole.address()));
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
