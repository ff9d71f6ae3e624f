//! A connection, plain or encrypted.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use mio::net::TcpStream;
use photo::{Error, Exchange, Origin};
use rustls::{ClientConfig, ClientConnection};

/// A TCP connection, with TLS over it where the origin wants that. Nothing here waits: what cannot be done now
/// says `WouldBlock`, and the event loop tells when to try again.
pub(crate) struct Connection {
    stream: TcpStream,
    tls: Option<Box<ClientConnection>>,
    /// Whether the last read has emptied the socket, so that another one would find nothing.
    drained: bool,
    /// Whether an event has told of the end of the stream: there will be no other, however much is still to be read.
    ended: bool,
    /// Whether anything came when last read, be it only a part of what TLS can make something of.
    moved: bool,
}

/// What an attempt to receive led to.
pub(crate) struct Piece {
    /// How many bytes were received; 0 is the end of the stream.
    pub(crate) length: usize,
    /// Whether the socket is empty now: an event will tell when there is more.
    pub(crate) drained: bool,
}

impl Connection {
    /// Begins to connect to `address`; [`connected`](Self::connected) tells how that went.
    pub(crate) fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        Ok(Self { stream, tls: None, drained: false, ended: false, moved: false })
    }

    /// Whether the connection is established by now.
    pub(crate) fn connected(&self) -> io::Result<bool> {
        if let Some(error) = self.stream.take_error()? {
            return Err(error);
        }
        match self.stream.peer_addr() {
            Ok(_) => self.stream.set_nodelay(true).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Agrees on TLS where `origin` wants it; whether that is done by now.
    pub(crate) fn handshake(&mut self, config: &Arc<ClientConfig>, origin: &Origin) -> Result<bool, Error> {
        if !origin.is_https() {
            return Ok(true);
        }
        let tls = match &mut self.tls {
            Some(tls) => tls,
            none => {
                let tls = ClientConnection::new(Arc::clone(config), origin.server_name()?);
                none.insert(Box::new(tls.map_err(|error| Error::tls(origin, io::Error::other(error)))?))
            }
        };
        while tls.is_handshaking() {
            match tls.complete_io(&mut self.stream) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(Error::tls(origin, error)),
            }
        }
        Ok(true)
    }

    /// Sends some of the request, and returns how many bytes those were.
    pub(crate) fn send(&mut self, exchange: &Exchange) -> io::Result<usize> {
        let bytes = exchange.to_send();
        retry_interrupted(|| match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut self.stream).write(bytes),
            None => self.stream.write(bytes),
        })
    }

    /// Sends what is still held back.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut self.stream).flush(),
            None => Ok(()),
        }
    }

    /// Receives some of the reply.
    pub(crate) fn receive(&mut self, exchange: &mut Exchange, scratch: &mut [u8]) -> io::Result<Piece> {
        let space = exchange.space(scratch);
        let room = space.len();
        self.moved = false;
        let mut stream = Noting { stream: &mut self.stream, moved: &mut self.moved };
        let received = retry_interrupted(|| match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut stream).read(space),
            None => stream.read(space),
        });
        let would_block = matches!(&received, Err(error) if error.kind() == io::ErrorKind::WouldBlock);
        // epoll and kqueue announce what comes after a read that was cut short by an empty socket, unless that is the
        // end and has been announced before. Windows wants to hear `WouldBlock` first, and TLS has a buffer of its own.
        let can_be_cut_short = cfg!(unix) && self.tls.is_none() && !self.ended;
        let cut_short = can_be_cut_short && matches!(received, Ok(n) if 0 < n && n < room);
        self.drained = would_block || cut_short;
        received.map(|length| Piece { length, drained: self.drained })
    }

    /// Whether the last attempt to receive has moved bytes, even if it led to nothing yet.
    pub(crate) fn has_moved(&self) -> bool {
        self.moved
    }

    /// Whether an idle connection may be used again, as far as events can tell: whatever comes later, be it bytes
    /// that nobody asked for or the end of the stream, is an event of its own.
    pub(crate) fn is_drained(&self) -> bool {
        self.drained
    }

    /// Whether an idle connection may be used again, asking the socket.
    pub(crate) fn is_open(&self) -> bool {
        // TLS may have decrypted already what nobody asked for.
        self.tls.as_ref().is_none_or(|tls| tls.wants_read())
            && matches!(self.stream.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Takes note of what an event says: whether the stream has ended.
    pub(crate) fn note(&mut self, ended: bool) {
        self.ended |= ended;
    }

    /// What the event loop watches.
    pub(crate) fn source(&mut self) -> &mut TcpStream {
        &mut self.stream
    }
}

/// A socket that is read from, and whether that brings anything.
struct Noting<'a> {
    stream: &'a mut TcpStream,
    moved: &'a mut bool,
}

impl Read for Noting<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let length = self.stream.read(space)?;
        *self.moved |= length > 0;
        Ok(length)
    }
}

impl Write for Noting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

fn retry_interrupted<T>(mut operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match operation() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
