//! Tests of the well-behaved server.

mod common;

use std::net::TcpStream;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use common::{End, SOON, Wire, until};
use photo_server::{Options, PhotoServer, PictureFormat, picture};

#[test]
fn a_photo_is_the_picture_it_says() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    for &format in PictureFormat::ALL {
        for bytes in [format.min_bytes(), 1024, 32 << 10, 70_000, 1 << 20] {
            let name = format.name();
            wire.get(&format!("/photo?bytes={bytes}&format={name}&seed=5"));
            let (head, body) = wire.reply();
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
            assert!(head.contains(&format!("Content-Type: {}\r\n", format.content_type())));
            assert_eq!(body, picture(format, bytes, 5).unwrap(), "{name} of {bytes}");
        }
    }
    wire.get("/photo");
    assert_eq!(wire.reply().1, picture(PictureFormat::Jpeg, 32 << 10, 0).unwrap(), "the default");
    assert_eq!(server.counters().connections, 1);
}

#[test]
fn the_largest_photo_arrives_whole() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    wire.get("/photo?bytes=67108864&format=jpeg");
    assert_eq!(wire.reply().1.len(), 64 << 20);
    assert!(server.counters().bytes_sent > 64 << 20);
}

#[test]
fn requests_sent_ahead_are_answered_in_order() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    let mut requests = String::new();
    for seed in 0..500 {
        let delay = if seed % 100 == 7 { 5 } else { 0 };
        let target = format!("/photo?bytes=900&seed={seed}&delay_ms={delay}");
        requests += &["GET ", &target, " HTTP/1.1\r\n\r\n"].concat();
    }
    // The last one arrives in two pieces.
    let (most, end) = requests.split_at(requests.len() - 9);
    wire.send(most);
    thread::sleep(Duration::from_millis(20));
    wire.send(end);
    for seed in 0..500 {
        assert_eq!(wire.reply().1, picture(PictureFormat::Jpeg, 900, seed).unwrap());
    }
    assert_eq!(server.counters().requests, 500);
}

#[test]
fn a_head_may_arrive_byte_by_byte() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    for byte in b"GET /photo HTTP/1.1\r\nHost: x\r\n\r\n" {
        wire.send([*byte]);
        thread::yield_now();
    }
    assert_eq!(wire.reply().1.len(), 32 << 10);
    assert_eq!(server.request_heads(), [b"GET /photo HTTP/1.1\r\nHost: x\r\n\r\n"]);
}

#[test]
fn only_the_last_64_heads_are_kept_and_only_if_asked_for() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    for seed in 0..70 {
        wire.get(&format!("/photo?bytes=1000&seed={seed}"));
        wire.reply();
    }
    let heads = server.request_heads();
    assert_eq!(heads.len(), 64);
    assert!(heads[0].starts_with(b"GET /photo?bytes=1000&seed=6 HTTP/1.1\r\nHost: photos\r\n"));

    let options = Options { keep_heads: false, ..Options::default() };
    let server = options.start().unwrap();
    let mut wire = Wire::connect(&server);
    wire.get("/photo");
    wire.reply();
    assert!(server.request_heads().is_empty());
}

#[test]
fn requests_that_cannot_be_served_are_refused_with_a_reason() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    for (request, code, why) in [
        ("GET /nowhere", 404, "nothing is served"),
        ("GET /fault/nowhere", 404, "nothing is served"),
        ("GET /folder/x", 404, "nothing is served"),
        ("POST /photo", 405, "only GET"),
        ("GET /photo?bytes=3", 400, "a jpeg has"),
        ("GET /photo?bytes=99999999999", 400, "67108864"),
        ("GET /photo?format=bmp", 400, "gif, png or jpeg"),
        ("GET /album?count=100001", 400, "at most"),
        ("GET /fault/status?code=1", 400, "from 100 to 999"),
    ] {
        wire.send(format!("{request} HTTP/1.1\r\n\r\n"));
        let (head, body) = wire.reply();
        assert!(head.starts_with(&format!("HTTP/1.1 {code} ")), "{request}: {head}");
        assert!(String::from_utf8_lossy(&body).contains(why), "{request}");
    }
    // Where the next request would begin is unknown.
    for (sent, code) in [
        (format!("GET /photo HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(200_000)), 431),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(20_000)), 431),
        ("GARBAGE\r\n\r\n".into(), 400),
        ("POST /photo HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello".into(), 405),
        ("GET /photo HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello".into(), 400),
    ] {
        let mut wire = Wire::connect(&server);
        wire.send(sent);
        assert!(wire.reply().0.starts_with(&format!("HTTP/1.1 {code} ")));
        let (more, end) = wire.rest(SOON);
        assert_eq!((more.len(), end), (0, End::Closed), "{code}");
    }
    until(&server, |counters| counters.open_connections == 1);
}

#[test]
fn connections_are_kept_unless_the_client_says_otherwise() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    wire.send("POST /photo HTTP/1.1\r\n\r\nHEAD /photo HTTP/1.1\r\n\r\n");
    assert!(wire.reply().0.starts_with("HTTP/1.1 405 "));
    wire.send("GET /photo HTTP/1.1\r\nConnection: close\r\n\r\n");
    let (replies, end) = wire.rest(SOON);
    let replies = String::from_utf8_lossy(&replies);
    let (_, photo) = replies.split_once("Content-Length: 32768\r\n\r\n").unwrap();
    assert!(photo.starts_with("HTTP/1.1 200 ") && photo.contains("\r\nConnection: close\r\n"));
    assert_eq!(end, End::Closed);
}

#[test]
fn albums_list_photos_that_can_be_fetched() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    wire.get("/album?count=3&bytes=1000&format=png");
    let album = String::from_utf8(wire.reply().1).unwrap();
    assert_eq!(album.lines().count(), 3);
    for (seed, path) in (0..).zip(album.lines()) {
        wire.get(path);
        assert_eq!(wire.reply().1, picture(PictureFormat::Png, 1000, seed).unwrap());
    }
}

#[test]
fn a_folder_is_served_and_nothing_outside_of_it() {
    let options =
        Options { dir: Some(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")), ..Options::default() };
    let server = options.start().unwrap();
    let mut wire = Wire::connect(&server);
    wire.get("/folder/lib%2Ers");
    assert_eq!(wire.reply().1, include_bytes!("../src/lib.rs"));
    for name in [
        "",
        "..",
        "../Cargo.toml",
        "./../Cargo.toml",
        "%2e%2e/Cargo.toml",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "lib.rs%00",
        "lib.rs/..",
        "no-such-file",
    ] {
        wire.get(&format!("/folder/{name}"));
        assert!(wire.reply().0.starts_with("HTTP/1.1 404 "), "{name}");
    }
}

#[test]
fn a_slow_reader_gets_everything_and_delays_no_other() {
    let server = PhotoServer::start().unwrap();
    let mut slow = Wire::connect(&server);
    slow.get("/photo?bytes=30000000");
    until(&server, |counters| counters.open_requests == 1);
    let mut other = Wire::connect(&server);
    other.get("/photo");
    other.reply();
    assert_eq!(server.counters().open_requests, 1);
    assert_eq!(slow.reply().1.len(), 30_000_000);
}

#[test]
fn dropping_the_server_closes_its_connections_at_once() {
    let server = PhotoServer::start().unwrap();
    let mut idle = Wire::connect(&server);
    idle.get("/photo");
    idle.reply();
    let mut stalled = Wire::connect(&server);
    stalled.get("/fault/stall-before-head");
    until(&server, |counters| counters.open_requests == 1);

    let addr = server.addr();
    let started = Instant::now();
    drop(server);
    assert!(started.elapsed() < SOON);
    assert_eq!(idle.rest(SOON).1, End::Closed);
    assert_eq!(stalled.rest(SOON).1, End::Closed);
    assert!(TcpStream::connect(addr).is_err());
}

#[test]
fn a_port_in_use_is_an_error_that_names_it() {
    let server = PhotoServer::start().unwrap();
    let port = server.addr().port();
    let options = Options { port, ..Options::default() };
    let error = options.start().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")));
}

#[test]
fn connections_beyond_the_limit_are_reset() {
    let server = Options { max_connections: 2, ..Options::default() }.start().unwrap();
    let [mut first, mut second, mut third] = [(); 3].map(|()| Wire::connect(&server));
    for wire in [&mut first, &mut second] {
        wire.get("/photo");
        wire.reply();
    }
    assert_eq!(third.rest(SOON), (Vec::new(), End::Reset));
    assert_eq!(server.counters().connections, 2);

    // A closed connection frees a place.
    drop(first);
    until(&server, |counters| counters.open_connections == 1);
    let mut fourth = Wire::connect(&server);
    fourth.get("/photo");
    fourth.reply();
}
