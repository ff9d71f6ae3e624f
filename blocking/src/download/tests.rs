//! Downloads from a server that follows a script.

use super::*;
use photo::{Config, Phase};
use socket2::{Domain, SockRef, Socket, Type};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

mod waiting;
mod with_tls;

const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";
const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nGIF89a\x01\0\x01\0\0\0\0;";
const BRIEFLY: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(20);

/// A server that treats its first connection as the first script says, and so on; then it refuses.
struct Server {
    address: SocketAddr,
    thread: thread::JoinHandle<()>,
}

type Script = Box<dyn FnOnce(TcpStream) + Send>;

impl Server {
    fn start<const N: usize>(scripts: [Script; N]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serve = move || {
            for script in scripts {
                script(listener.accept().unwrap().0);
            }
        };
        Self { address, thread: thread::spawn(serve) }
    }

    fn url(&self) -> String {
        format!("http://{}/cat.gif", self.address)
    }
}

fn script(act: impl FnOnce(TcpStream) + Send + 'static) -> Script {
    Box::new(act)
}

/// Reads one request head.
fn request(tcp: &mut TcpStream) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if tcp.read(&mut byte).unwrap_or(0) == 0 {
            break;
        }
        head.push(byte[0]);
    }
    head
}

/// Answers as many requests as there are replies, and closes.
fn reply<const N: usize>(replies: [&'static [u8]; N]) -> Script {
    script(move |mut tcp| {
        for reply in replies {
            request(&mut tcp);
            tcp.write_all(reply).unwrap();
        }
    })
}

/// Begins a reply, and then says nothing until the client has closed.
fn silent_after(reply: &'static [u8]) -> Script {
    script(move |mut tcp| {
        request(&mut tcp);
        tcp.write_all(reply).unwrap();
        let _ = tcp.read_to_end(&mut Vec::new());
    })
}

fn client(config: Config) -> Client {
    Client::new(config).unwrap()
}

/// A listener that accepts nobody, and whose queue is full: the next SYN is not answered.
fn unanswering() -> (Socket, Vec<TcpStream>, SocketAddr) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let mut queue = Vec::new();
    while let Ok(tcp) = TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
        queue.push(tcp);
    }
    (listener, queue, address)
}

#[test]
fn the_request_is_the_one_of_every_style() {
    let config = Config::default().user_agent("camera/1.0").checked().unwrap();
    for (before, after) in [
        ("http://", "/cat.gif"),
        ("http://", ""),
        ("http://", "/a/../cats/%7Ecat é.gif?size=1&name=a b#whiskers"),
        ("http://me:s%20ecret@", "/cat.gif"),
        ("http://me@", "/?"),
    ] {
        let (sender, received) = mpsc::channel();
        let server = Server::start([script(move |mut tcp| {
            sender.send(request(&mut tcp)).unwrap();
            tcp.write_all(WHOLE).unwrap();
        })]);
        let url = format!("{before}{}{after}", server.address);
        client((*config).clone()).download(&url).unwrap();
        let exchange = Exchange::new(&url, &config).unwrap();
        let (sent, expected) = (received.recv().unwrap(), exchange.to_send());
        assert_eq!(String::from_utf8_lossy(&sent), String::from_utf8_lossy(expected));
    }
}

#[test]
fn the_longest_url_fits() {
    let server = Server::start([reply([WHOLE])]);
    let url = format!("{}?{}", server.url(), "x".repeat(15_900));
    assert_eq!(Client::default().download(&url).unwrap().bytes, GIF);
}

#[test]
fn a_connection_is_kept_for_the_next_download() {
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nGIF8\r\na\r\n9a\x01\0\x01\0\0\0\0;\r\n0\r\n\r\n";
    let redirect = b"HTTP/1.1 302 Found\r\nLocation: /dog.gif\r\nContent-Length: 0\r\n\r\n";
    let server = Server::start([reply([WHOLE, chunked, redirect, WHOLE])]);
    let client = Client::default();
    for _ in 0..3 {
        assert_eq!(client.download(&server.url()).unwrap().bytes, GIF);
        assert_eq!(client.idle_count(), 1);
    }
}

#[test]
fn a_connection_is_kept_only_after_a_good_end() {
    for bad in [
        &b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nGIF89a\x01\0\x01\0\0\0\0;surplus",
        b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\nGIF89a\x01\0\x01\0\0\0\0;",
        b"HTTP/1.0 200 OK\r\nContent-Length: 14\r\n\r\nGIF89a\x01\0\x01\0\0\0\0;",
    ] {
        let server = Server::start([reply([bad])]);
        let client = Client::default();
        let _ = client.download(&server.url());
        assert_eq!(client.idle_count(), 0, "{}", bad.escape_ascii());
    }
}

#[test]
fn a_kept_connection_that_was_closed_is_not_used() {
    let server = Server::start([reply([WHOLE]), reply([WHOLE])]);
    let client = Client::default();
    client.download(&server.url()).unwrap();
    thread::sleep(BRIEFLY);
    client.download(&server.url()).unwrap();
    server.thread.join().unwrap();
}

#[test]
fn a_kept_connection_that_is_closed_meanwhile_is_tried_once_more() {
    for with_reset in [false, true] {
        let closing = script(move |mut tcp| {
            request(&mut tcp);
            tcp.write_all(WHOLE).unwrap();
            request(&mut tcp);
            if with_reset {
                SockRef::from(&tcp).set_linger(Some(Duration::ZERO)).unwrap();
            }
        });
        let server = Server::start([closing, reply([WHOLE])]);
        let client = Client::default();
        client.download(&server.url()).unwrap();
        assert_eq!(client.download(&server.url()).unwrap().bytes, GIF);
        server.thread.join().unwrap();
    }
}

#[test]
fn a_fresh_connection_is_not_tried_once_more() {
    let server = Server::start([reply([b""])]);
    let error = Client::default().download(&server.url()).unwrap_err();
    assert!(matches!(error, Error::Truncated { received: 0, expected: None }), "{error}");
}

#[test]
fn an_answered_request_is_not_sent_again() {
    let server = Server::start([reply([WHOLE, b"HTTP/1.1 200"])]);
    let client = Client::default();
    client.download(&server.url()).unwrap();
    let error = client.download(&server.url()).unwrap_err();
    assert!(matches!(error, Error::Truncated { received: 0, expected: None }), "{error}");
}

#[test]
fn an_early_end_is_counted() {
    for (begun, received, expected) in [
        (&b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nGIF89a"[..], 6, Some(14)),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nGIF8\r\na", 4, None),
    ] {
        let server = Server::start([reply([begun])]);
        match Client::default().download(&server.url()) {
            Err(Error::Truncated { received: r, expected: e }) => assert_eq!((r, e), (received, expected)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_reset_is_not_the_end_of_a_photo() {
    let server = Server::start([script(|mut tcp| {
        request(&mut tcp);
        tcp.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        tcp.write_all(GIF).unwrap();
        thread::sleep(BRIEFLY);
        SockRef::from(&tcp).set_linger(Some(Duration::ZERO)).unwrap();
    })]);
    let error = Client::default().download(&server.url()).unwrap_err();
    assert!(matches!(error, Error::Io { phase: Phase::Body, .. }), "{error}");
}

#[test]
fn what_is_no_http_is_malformed() {
    let endless =
        |head: &str| &*Box::leak((head.to_owned() + &"1".repeat(70_000)).into_bytes().into_boxed_slice());
    let header = endless("HTTP/1.1 200 OK\r\nX: ");
    let chunk = endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for bad in
        [&b"SSH-2.0-OpenSSH_9.9\r\n"[..], b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", header, chunk]
    {
        let server = Server::start([script(|mut tcp| {
            request(&mut tcp);
            let _ = tcp.write_all(bad);
            let _ = tcp.read_to_end(&mut Vec::new());
        })]);
        let error = Client::default().download(&server.url()).unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error}");
    }
}

#[test]
fn each_address_is_tried() {
    let server = Server::start([script(|tcp| tcp.shutdown(Shutdown::Both).unwrap())]);
    let (_listener, _queue, silent) = unanswering();
    let refusing = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = Target::parse("http://a.test/").unwrap();
    let config = Arc::new(Config::default().connect_timeout(3 * BRIEFLY));
    let connect = |addresses: &[SocketAddr]| {
        let mut deadline = IoDeadline::new(&config, Instant::now());
        connection::connect(addresses, target.origin(), &mut deadline, None).map(|(connection, _)| connection)
    };
    let connection = connect(&[refusing, silent, server.address]).unwrap();
    assert_eq!(connection.tcp().peer_addr().unwrap(), server.address);
    assert!(matches!(connect(&[refusing, refusing]), Err(Error::Connect { .. })));
}
