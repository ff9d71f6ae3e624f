//! Faults before a connection exists.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use photo::{Config, Error, Phase, Photo};
use photo_server::{Certificate, Options, PhotoServer};
use photo_tests::Outcome::{Connect, Resolve, Timeout, Tls};
use photo_tests::{Site, Style};

use crate::row::Ending::{Fails, Photo as Arrives};
use crate::row::{PICTURE, Row, Section};

pub(crate) fn sections() -> [Section; 2] {
    [
        Section { title: "Connecting", rows: connecting() },
        Section { title: "Agreeing on TLS", rows: agreeing() },
    ]
}

fn connecting() -> Vec<Row> {
    vec![
        Row::door(
            "connection refused",
            |site, who| ask(who, site.config(), "http", &[refusing()]),
            Fails(Connect),
        ),
        Row::door(
            "connection refused, on the way to TLS",
            |site, who| ask(who, site.config(), "https", &[refusing()]),
            Fails(Connect),
        ),
        Row::door("a name without address", |site, who| ask(who, site.config(), "http", &[]), Fails(Resolve)),
        Row::door(
            "a dead address, then a living one",
            |site, who| ask(who, site.config(), "http", &[refusing(), site.addr()]),
            Arrives,
        ),
        Row::door(
            "two dead addresses, then a living one, with TLS",
            |site, who| ask(who, site.config(), "https", &[refusing(), refusing(), site.tls_addr()]),
            Arrives,
        ),
        Row::door(
            "a living address, then a dead one",
            |site, who| ask(who, site.config(), "http", &[site.addr(), refusing()]),
            Arrives,
        ),
        Row::door(
            "two dead addresses",
            |site, who| ask(who, site.config(), "http", &[refusing(), refusing()]),
            Fails(Connect),
        ),
    ]
}

fn agreeing() -> Vec<Row> {
    vec![
        Row::door("a good certificate", |_, who| show(who, Certificate::Good, "localhost"), Arrives),
        Row::door("an unknown issuer", |_, who| show(who, Certificate::OtherIssuer, "localhost"), Fails(Tls)),
        Row::door(
            "an expired certificate",
            |_, who| show(who, Certificate::Expired, "localhost"),
            Fails(Tls),
        ),
        Row::door(
            "a certificate for another name",
            |_, who| show(who, Certificate::OtherName, "localhost"),
            Fails(Tls),
        ),
        Row::door(
            "the same, asked for by that name",
            |_, who| show(who, Certificate::OtherName, "elsewhere.test"),
            Arrives,
        ),
        Row::door("closed instead of a handshake", |site, who| relay(site, who, 0), Fails(Tls)),
        Row::door("cut after 1 byte of the handshake", |site, who| relay(site, who, 1), Fails(Tls)),
        Row::door("cut after 100 bytes of the handshake", |site, who| relay(site, who, 100), Fails(Tls)),
        Row::door("cut after 500 bytes of the handshake", |site, who| relay(site, who, 500), Fails(Tls)),
        Row::door(
            "a server without TLS",
            |site, who| ask(who, site.config(), "https", &[site.addr()]),
            Fails(Tls),
        ),
        Row::door(
            "silence instead of a handshake",
            |site, who| {
                // The system accepts the connections.
                let silent = TcpListener::bind("127.0.0.1:0").unwrap();
                let config = site.config().connect_timeout(Duration::from_millis(300));
                ask(who, config, "https", &[silent.local_addr().unwrap()])
            },
            Fails(Timeout(Phase::Handshake)),
        ),
    ]
}

/// Downloads the picture from `localhost` at these addresses.
fn ask(who: Style, config: Config, scheme: &str, addresses: &[SocketAddr]) -> Result<Photo, Error> {
    let url = format!("{scheme}://localhost{}", PICTURE.path());
    who.client(config.resolve("localhost", addresses))?.download(&url)
}

/// Downloads the picture as if from `host` from a server that shows this certificate.
fn show(who: Style, certificate: Certificate, host: &str) -> Result<Photo, Error> {
    let server: PhotoServer = Options { certificate, ..Options::default() }.start().unwrap();
    let config = Config::default().root_certificate(server.root_certificate());
    let client = who.client(config.resolve(host, [server.tls_addr()]))?;
    let result = client.download(&format!("https://{host}{}", PICTURE.path()));
    let asked = server.counters().requests == 1;
    assert_eq!(result.is_ok(), asked, "a server that is not trusted sees no request");
    result
}

/// Downloads through a relay that passes on at most `bytes` bytes from the server.
fn relay(site: &Site, who: Style, bytes: usize) -> Result<Photo, Error> {
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
        ask(who, site.config(), "https", &[here])
    })
}

/// An address without a listener: the port was free a moment ago.
fn refusing() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
