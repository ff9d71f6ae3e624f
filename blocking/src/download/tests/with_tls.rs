//! What TLS adds.

use super::*;
use crate::recipes;
use photo_server::PhotoServer;

fn trusting(server: &PhotoServer) -> Client {
    client(Config::default().root_certificate(server.root_certificate()))
}

#[test]
fn a_connection_is_kept_with_its_session() {
    let server = PhotoServer::start().unwrap();
    let client = trusting(&server);
    for _ in 0..5 {
        let photo = client.download(&server.tls_url("/photo?bytes=100000&format=png")).unwrap();
        assert_eq!(photo.bytes.len(), 100_000);
    }
    assert_eq!((server.counters().connections, server.counters().requests), (1, 5));
}

#[test]
fn a_certificate_that_nobody_vouched_for_is_refused() {
    let server = PhotoServer::start().unwrap();
    let error = Client::default().download(&server.tls_url("/photo")).unwrap_err();
    assert!(matches!(error, Error::Tls { .. }), "{error}");
}

#[test]
fn small_stacks_are_large_enough() {
    let server = PhotoServer::start().unwrap();
    let urls = vec![server.tls_url("/photo?bytes=50000&delay_ms=20"); 16];
    let results = recipes::many(&trusting(&server), &urls, 8);
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(server.counters().connections, 8);
    assert_eq!(server.counters().max_open_requests, 8);
}

#[test]
fn silence_can_be_cancelled() {
    let server = PhotoServer::start().unwrap();
    let (client, token) = trusting(&server).cancellable();
    thread::scope(|scope| {
        let url = server.tls_url("/photo?delay_ms=10000");
        let download = scope.spawn(|| client.download(&{ url }));
        thread::sleep(BRIEFLY);
        token.cancel();
        assert!(matches!(download.join().unwrap(), Err(Error::Cancelled)));
    });
}
