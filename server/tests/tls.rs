//! Tests of the server behind TLS.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use photo_server::{PhotoServer, PictureFormat, picture};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

type TlsStream = StreamOwned<ClientConnection, TcpStream>;

#[test]
fn photos_arrive_on_a_kept_connection() {
    let server = PhotoServer::start().unwrap();
    let mut stream = connect(&server, "localhost", true);
    for bytes in [1000, 70_000, 5 << 20] {
        write!(stream, "GET /photo?bytes={bytes} HTTP/1.1\r\n\r\n").unwrap();
        let photo = picture(PictureFormat::Jpeg, bytes, 0).unwrap();
        let head = format!(
            "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Type: image/jpeg\r\nContent-Length: {bytes}\r\n\r\n"
        );
        let mut reply = vec![0; head.len() + bytes];
        stream.read_exact(&mut reply).unwrap();
        assert_eq!(reply, [head.as_bytes(), &photo].concat());
    }
    let counters = server.counters();
    assert_eq!((counters.connections, counters.requests, counters.open_requests), (1, 3, 0));
}

#[test]
fn requests_sent_ahead_are_answered_after_a_delay() {
    let server = PhotoServer::start().unwrap();
    let mut stream = connect(&server, "127.0.0.1", true);
    let requests = "GET /photo?bytes=1000&delay_ms=20 HTTP/1.1\r\n\r\n".repeat(3);
    stream.write_all(requests.as_bytes()).unwrap();
    stream.write_all(b"GET /photo?bytes=1000 HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap();
    let mut replies = Vec::new();
    stream.read_to_end(&mut replies).unwrap();
    let photo = picture(PictureFormat::Jpeg, 1000, 0).unwrap();
    assert_eq!(replies.windows(1000).filter(|window| *window == photo).count(), 4);
}

#[test]
fn an_end_differs_from_a_reset() {
    let server = PhotoServer::start().unwrap();
    let mut received = Vec::new();
    let mut stream = connect(&server, "localhost", true);
    write!(stream, "GET /fault/close-delimited HTTP/1.1\r\n\r\n").unwrap();
    stream.read_to_end(&mut received).unwrap();
    assert!(received.len() > 32 << 10);

    let mut stream = connect(&server, "localhost", true);
    write!(stream, "GET /fault/close-delimited-reset HTTP/1.1\r\n\r\n").unwrap();
    let error = stream.read_to_end(&mut received).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[test]
fn a_client_that_does_not_trust_the_root_is_not_served() {
    let server = PhotoServer::start().unwrap();
    let mut stream = connect(&server, "localhost", false);
    let error = stream.write_all(b"GET /photo HTTP/1.1\r\n\r\n").unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    assert_eq!(server.counters().requests, 0);
}

#[test]
fn bytes_that_are_not_tls_are_dropped() {
    let server = PhotoServer::start().unwrap();
    let mut stream = TcpStream::connect(server.tls_addr()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"GET /photo HTTP/1.1\r\n\r\n").unwrap();
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received);
    assert!(received.len() < 100, "at most an alert");
}

fn connect(server: &PhotoServer, name: &'static str, trusting: bool) -> TlsStream {
    let mut roots = RootCertStore::empty();
    if trusting {
        let root = server.root_certificate().to_vec().into();
        roots.add(root).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name).unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(server.tls_addr()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    StreamOwned::new(session, stream)
}
