//! Tests of the server behind TLS.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use photo_server::{PhotoServer, PictureFormat, picture};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

#[test]
fn requests_sent_ahead_are_answered_after_a_delay() {
    let server = PhotoServer::start().unwrap();
    let mut stream = connect(&server);
    let requests = "GET /photo?bytes=1000&delay_ms=20 HTTP/1.1\r\n\r\n".repeat(3);
    stream.write_all(requests.as_bytes()).unwrap();
    stream.write_all(b"GET /photo?bytes=1000 HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap();
    let mut replies = Vec::new();
    stream.read_to_end(&mut replies).unwrap();
    let photo = picture(PictureFormat::Jpeg, 1000, 0).unwrap();
    assert_eq!(replies.windows(1000).filter(|window| *window == photo).count(), 4);
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

fn connect(server: &PhotoServer) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(server.root_certificate().to_vec().into()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(server.tls_addr()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    StreamOwned::new(session, stream)
}
