//! A connection, plain or encrypted.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use mio::net::TcpStream;
use photo::{Error, Exchange, Origin};
use rustls::{ClientConfig, ClientConnection};

/// A TCP connection, with TLS over it if the origin is https. Nothing here waits: an operation that cannot complete
/// now returns `WouldBlock`, and the reactor reports when to try again.
pub(crate) struct Connection {
    origin: Origin,
    stream: TcpStream,
    tls: Option<Box<ClientConnection>>,
    /// Whether the last read has emptied the socket, so that another one would find nothing.
    drained: bool,
    /// Whether an event has reported the end of the stream. No other event follows, even if bytes are still unread.
    ended: bool,
    /// Whether the last read returned any bytes, even an incomplete TLS record.
    moved: bool,
}

impl Connection {
    /// Starts to connect to `address`; [`connected`](Self::connected) returns the outcome.
    pub(crate) fn connect(address: SocketAddr, origin: Origin) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        Ok(Self { origin, stream, tls: None, drained: false, ended: false, moved: false })
    }

    /// Whether the connection is established.
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

    /// Continues the TLS handshake if the origin is https; returns whether it is complete.
    pub(crate) fn handshake(&mut self, config: &Arc<ClientConfig>) -> Result<bool, Error> {
        let origin = &self.origin;
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

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Sends a part of the request; returns its number of bytes.
    pub(crate) fn send(&mut self, exchange: &Exchange) -> io::Result<usize> {
        let bytes = exchange.to_send();
        retry_interrupted(|| match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut self.stream).write(bytes),
            None => self.stream.write(bytes),
        })
    }

    /// Sends the bytes that TLS still holds back.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut self.stream).flush(),
            None => Ok(()),
        }
    }

    /// Receives a part of the reply; returns its number of bytes, where 0 is the end of the stream.
    pub(crate) fn receive(&mut self, exchange: &mut Exchange, scratch: &mut [u8]) -> io::Result<usize> {
        let space = exchange.space(scratch);
        let room = space.len();
        self.moved = false;
        let mut stream = Noting { stream: &mut self.stream, moved: &mut self.moved };
        let received = retry_interrupted(|| match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut stream).read(space),
            None => stream.read(space),
        });
        let would_block = matches!(&received, Err(error) if error.kind() == io::ErrorKind::WouldBlock);
        // After a read that an empty socket cut short, epoll and kqueue report the next bytes, but not an end that they
        // have reported already. TLS has its own buffer.
        let can_be_cut_short = self.tls.is_none() && !self.ended;
        let cut_short = can_be_cut_short && matches!(received, Ok(n) if 0 < n && n < room);
        self.drained = would_block || cut_short;
        received
    }

    /// Whether the last read has moved bytes, even if TLS cannot use them yet.
    pub(crate) fn has_moved(&self) -> bool {
        self.moved
    }

    /// Whether the last read has emptied the socket: an event will report more, or the end of the stream. So an idle
    /// connection without an event may be used again.
    pub(crate) fn is_drained(&self) -> bool {
        self.drained
    }

    /// Whether an idle connection may be used again, asking the socket.
    pub(crate) fn is_open(&self) -> bool {
        // TLS may have decrypted unrequested bytes already.
        self.tls.as_ref().is_none_or(|tls| tls.wants_read())
            && matches!(self.stream.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Notes whether an event has reported the end of the stream.
    pub(crate) fn note(&mut self, ended: bool) {
        self.ended |= ended;
    }

    /// The socket that the reactor watches.
    pub(crate) fn source(&mut self) -> &mut TcpStream {
        &mut self.stream
    }
}

/// A socket that notes whether a read returned any bytes.
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
