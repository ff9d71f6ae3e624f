//! Waits, and how they end: timed out or cancelled.

use super::*;

#[test]
fn silence_times_out_in_its_phase() {
    let config = Config::default().stall_timeout(BRIEFLY);
    for (begun, expected) in
        [(&b""[..], Phase::Head), (b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nGIF", Phase::Body)]
    {
        let server = Server::start([silent_after(begun)]);
        let start = Instant::now();
        let error = client(config.clone()).download(&server.url()).unwrap_err();
        assert!(
            matches!(error, Error::Timeout { phase, after } if phase == expected && after == BRIEFLY),
            "{error}"
        );
        assert!((BRIEFLY..10 * BRIEFLY).contains(&start.elapsed()), "{:?}", start.elapsed());
    }
}

#[test]
fn an_unanswered_connect_times_out() {
    let (_listener, _queue, address) = unanswering();
    let start = Instant::now();
    let error = client(Config::default().connect_timeout(BRIEFLY)).download(&format!("http://{address}/"));
    assert!(matches!(error, Err(Error::Timeout { phase: Phase::Connect, .. })), "{error:?}");
    assert!((BRIEFLY..10 * BRIEFLY).contains(&start.elapsed()), "{:?}", start.elapsed());
}

#[test]
fn dripping_bytes_gain_no_time_beyond_the_whole() {
    let config = Config::default().timeout(2 * BRIEFLY).connect_timeout(2 * BRIEFLY);
    // A header line and a TLS record, both of which would be good ones if they ever ended.
    for (scheme, begun, expected) in [
        ("http", &b"HTTP/1.1 200 OK\r\nX: "[..], Phase::Head),
        ("https", b"\x16\x03\x03\x10\0\x02", Phase::Handshake),
    ] {
        let server = Server::start([script(|mut tcp| {
            let mut sent = tcp.write_all(begun);
            while sent.is_ok() {
                thread::sleep(Duration::from_millis(10));
                sent = tcp.write_all(b"0");
            }
        })]);
        let start = Instant::now();
        let url = format!("{scheme}://{}/", server.address);
        let error = client(config.clone()).download(&url).unwrap_err();
        assert!(matches!(error, Error::Timeout { phase, .. } if phase == expected), "{error}");
        assert!((2 * BRIEFLY..10 * BRIEFLY).contains(&start.elapsed()), "{:?}", start.elapsed());
    }
}

/// Downloads, cancels after a while, and returns what came of it.
fn cancelled(url: &str) -> Error {
    let (client, token) = Client::default().cancellable();
    thread::scope(|scope| {
        let download = scope.spawn(|| client.download(url));
        thread::sleep(BRIEFLY);
        assert!(!download.is_finished(), "there was nothing to cancel");
        let start = Instant::now();
        token.cancel();
        let error = download.join().unwrap().unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        assert_eq!(client.idle_count(), 0);
        error
    })
}

#[test]
fn a_silent_download_can_be_cancelled() {
    for begun in [&b""[..], b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n"] {
        let server = Server::start([silent_after(begun)]);
        let error = cancelled(&server.url());
        assert!(matches!(error, Error::Cancelled), "{error}");
        server.thread.join().unwrap();
    }
}

/// To the download, being cancelled looks like the end of the stream, and that like the end of this photo.
#[test]
fn a_photo_of_unknown_length_is_not_ended_by_cancelling() {
    let server = Server::start([script(|mut tcp| {
        request(&mut tcp);
        tcp.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        tcp.write_all(GIF).unwrap();
        let _ = tcp.read_to_end(&mut Vec::new());
    })]);
    let error = cancelled(&server.url());
    assert!(matches!(error, Error::Cancelled), "{error}");
}

#[test]
fn connecting_can_be_cancelled() {
    let (_listener, _queue, address) = unanswering();
    let error = cancelled(&format!("http://{address}/"));
    assert!(matches!(error, Error::Cancelled), "{error}");
}

#[test]
fn a_handshake_can_be_cancelled() {
    let server = Server::start([script(|mut tcp| {
        let _ = tcp.read_to_end(&mut Vec::new());
    })]);
    let error = cancelled(&format!("https://{}/", server.address));
    assert!(matches!(error, Error::Cancelled), "{error}");
}

#[test]
fn one_token_stops_many_downloads_and_all_later_ones() {
    let server = Server::start([(); 4].map(|()| silent_after(b"")));
    let (client, token) = client(Config::default().timeout(LONG)).cancellable();
    thread::scope(|scope| {
        // One after the other is served here, so three of them wait for their first byte in the queue.
        let downloads = [(); 4].map(|()| scope.spawn(|| client.download(&server.url())));
        thread::sleep(BRIEFLY);
        token.cancel();
        for download in downloads {
            assert!(matches!(download.join().unwrap(), Err(Error::Cancelled)));
        }
    });
    assert!(matches!(client.download(&server.url()), Err(Error::Cancelled)));
}

#[test]
fn a_token_that_is_not_used_changes_nothing() {
    let server = Server::start([reply([WHOLE, WHOLE])]);
    let (client, _token) = Client::default().cancellable();
    for _ in 0..2 {
        assert_eq!(client.download(&server.url()).unwrap().bytes, GIF);
    }
}
