//! Faults before a connection exists.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use photo::{Config, Error, Phase, Photo};
use photo_server::{Certificate, Options, PhotoServer};
use photo_tests::Outcome::{Connect, Resolve, Timeout, Tls};
use photo_tests::{Site, Style, refusing};

use crate::row::Ending::{Fails, Photo as Arrives};
use crate::row::{PICTURE, Row, Section};

pub(crate) fn sections() -> [Section; 2] {
    [
        Section { title: "Connecting", rows: connecting() },
        Section { title: "Agreeing on TLS", rows: agreeing() },
    ]
}

/// An address of `localhost`.
#[derive(Clone, Copy)]
enum Address {
    Dead,
    Living,
}

fn connecting() -> Vec<Row> {
    use Address::{Dead, Living};
    let row = |name, scheme: &'static str, addresses: &'static [Address], ending| {
        let enter = move |site: &Site, style| {
            let address = |address: &Address| match (address, scheme) {
                (Dead, _) => refusing(),
                (Living, "http") => site.addr(),
                (Living, _) => site.tls_addr(),
            };
            ask(style, site.config(), scheme, &addresses.iter().map(address).collect::<Vec<_>>())
        };
        Row::door(name, enter, ending)
    };
    vec![
        row("connection refused", "http", &[Dead], Fails(Connect)),
        row("connection refused, on the way to TLS", "https", &[Dead], Fails(Connect)),
        row("a name without address", "http", &[], Fails(Resolve)),
        row("a dead address, then a living one", "http", &[Dead, Living], Arrives),
        row("two dead addresses, then a living one, with TLS", "https", &[Dead, Dead, Living], Arrives),
        row("a living address, then a dead one", "http", &[Living, Dead], Arrives),
        row("two dead addresses", "http", &[Dead, Dead], Fails(Connect)),
    ]
}

fn agreeing() -> Vec<Row> {
    let shown = |name, certificate, host, ending| {
        Row::door(name, move |_, style| show(style, certificate, host), ending)
    };
    let cut = |name, bytes| Row::door(name, move |site, style| relay(site, style, bytes), Fails(Tls));
    let silence = |site: &Site, style| {
        // The system accepts the connections.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let config = site.config().connect_timeout(Duration::from_secs(3));
        ask(style, config, "https", &[silent.local_addr().unwrap()])
    };
    let plain = |site: &Site, style| ask(style, site.config(), "https", &[site.addr()]);
    vec![
        shown("a good certificate", Certificate::Good, "localhost", Arrives),
        shown("an unknown issuer", Certificate::OtherIssuer, "localhost", Fails(Tls)),
        shown("an expired certificate", Certificate::Expired, "localhost", Fails(Tls)),
        shown("a certificate for another name", Certificate::OtherName, "localhost", Fails(Tls)),
        shown("the same, asked for by that name", Certificate::OtherName, "elsewhere.test", Arrives),
        cut("closed instead of a handshake", 0),
        cut("cut after 1 byte of the handshake", 1),
        cut("cut after 100 bytes of the handshake", 100),
        cut("cut after 500 bytes of the handshake", 500),
        Row::door("a server without TLS", plain, Fails(Tls)),
        Row::door("silence instead of a handshake", silence, Fails(Timeout(Phase::Handshake))),
    ]
}

/// Downloads the picture from `localhost` at these addresses.
fn ask(style: Style, config: Config, scheme: &str, addresses: &[SocketAddr]) -> Result<Photo, Error> {
    let url = format!("{scheme}://localhost{}", PICTURE.path());
    style.client(config.resolve("localhost", addresses))?.download(&url)
}

/// Downloads the picture as if from `host` from a server that shows this certificate.
fn show(style: Style, certificate: Certificate, host: &str) -> Result<Photo, Error> {
    let server: PhotoServer = Options { certificate, ..Options::default() }.start().unwrap();
    let config = Config::default().root_certificate(server.root_certificate());
    let client = style.client(config.resolve(host, [server.tls_addr()]))?;
    let result = client.download(&format!("https://{host}{}", PICTURE.path()));
    let asked = server.counters().requests == 1;
    assert_eq!(result.is_ok(), asked, "a server that is not trusted sees no request");
    result
}

/// Downloads through a relay that passes on at most `bytes` bytes from the server.
fn relay(site: &Site, style: Style, bytes: usize) -> Result<Photo, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (here, server) = (listener.local_addr().unwrap(), site.tls_addr());
    thread::scope(|scope| {
        scope.spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            let mut hello = [0; 4096];
            let length = client.read(&mut hello).unwrap();
            let mut server = TcpStream::connect(server).unwrap();
            server.write_all(&hello[..length]).unwrap();
            let mut answer = vec![0; bytes];
            server.read_exact(&mut answer).unwrap();
            client.write_all(&answer).unwrap();
        });
        ask(style, site.config(), "https", &[here])
    })
}
