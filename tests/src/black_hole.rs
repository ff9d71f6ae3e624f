//! Addresses that never answer, on this machine.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// Connections that fill the queue of a listener. Linux takes one more than the backlog; the others already hang.
const FILL: usize = 3;

/// A listener that is full: the system drops every further attempt to connect, as a firewall does.
#[derive(Debug)]
pub struct BlackHole {
    listener: TcpListener,
    address: SocketAddr,
    _fill: Vec<Socket>,
}

impl BlackHole {
    /// Makes a black hole on a free port of `host`, such as `127.0.0.1`.
    pub fn on(host: &str) -> Self {
        let address: SocketAddr = SocketAddr::new(host.parse().expect("an IP address"), 0);
        let open = || Socket::new(Domain::for_address(address), Type::STREAM, None).expect("a socket");
        let listener = open();
        listener.bind(&address.into()).and_then(|()| listener.listen(0)).expect("a free port");
        let listener = TcpListener::from(listener);
        let address = listener.local_addr().expect("it has an address");
        let fill = || {
            let socket = open();
            socket.set_nonblocking(true).expect("it can be asked not to wait");
            let _ = socket.connect(&address.into()); // in progress
            socket
        };
        let fill = (0..FILL).map(|_| fill()).collect();
        thread::sleep(Duration::from_millis(20));
        Self { listener, address, _fill: fill }
    }

    /// The address that never answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens the hole, and returns the number of connections within 2.5 s, without those that filled it. Each client
    /// that still tries has one by then, since the system tries again after 1 s.
    pub fn open(self) -> usize {
        self.listener.set_nonblocking(true).expect("it can be asked not to wait");
        let mut come = Vec::new();
        for _ in 0..50 {
            loop {
                match self.listener.accept() {
                    Ok((connection, _)) => come.push(connection),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => panic!("cannot accept: {error}"),
                }
            }
            thread::sleep(Duration::from_millis(50));
        }
        come.len().saturating_sub(FILL)
    }
}
