//! The bytes below HTTP: a socket, or TLS on one.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use mio::event::Event;
use mio::net::TcpStream;
use rustls::{ServerConfig, ServerConnection};
use socket2::SockRef;

/// A non-blocking transport of bytes: an operation that cannot complete returns [`io::ErrorKind::WouldBlock`], and the
/// next event is the time to try again.
#[derive(Debug)]
pub(crate) enum Transport {
    Plain(Socket),
    Tls(Box<Tls>),
}

impl Transport {
    pub(crate) fn plain(stream: TcpStream) -> Self {
        Self::Plain(Socket::new(stream))
    }

    pub(crate) fn tls(stream: TcpStream, config: &Arc<ServerConfig>) -> io::Result<Self> {
        let session = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        Ok(Self::Tls(Box::new(Tls { socket: Socket::new(stream), session })))
    }

    /// Notes whether an event reports the peer's close.
    pub(crate) fn note(&mut self, event: &Event) {
        let socket = self.socket_mut();
        socket.peer_left |= event.is_read_closed() || event.is_error();
        socket.readable |= event.is_readable() || socket.peer_left;
    }

    /// Whether the peer has closed, even if some of its bytes are not read yet.
    pub(crate) fn peer_left(&self) -> bool {
        match self {
            Self::Plain(socket) => socket.peer_left,
            Self::Tls(tls) => tls.socket.peer_left,
        }
    }

    /// Reads and discards bytes, below TLS.
    pub(crate) fn swallow(&mut self, scratch: &mut [u8]) -> io::Result<usize> {
        self.socket_mut().read(scratch)
    }

    /// Shuts down the sending side.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.close_notify();
        self.socket_mut().stream.shutdown(Shutdown::Write)
    }

    /// Sends the mark by which TLS distinguishes an end from a cut. If the socket does not take it now, the peer sees
    /// a cut.
    pub(crate) fn close_notify(&mut self) {
        if let Self::Tls(tls) = self {
            tls.session.send_close_notify();
            let _ = tls.flush();
        }
    }

    /// Makes the next drop of this connection a TCP reset.
    pub(crate) fn reset_on_drop(&mut self) {
        let stream = &self.socket_mut().stream;
        // An error means that the connection is already gone.
        let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
    }

    fn socket_mut(&mut self) -> &mut Socket {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(tls) => &mut tls.socket,
        }
    }
}

impl Read for Transport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Write for Transport {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.stream.write(bytes),
            Self::Tls(tls) => tls.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Tls(tls) => tls.flush(),
        }
    }
}

/// A socket that knows without a system call when there is nothing to read.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    readable: bool,
    peer_left: bool,
}

impl Socket {
    fn new(stream: TcpStream) -> Self {
        Self { stream, readable: false, peer_left: false }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.readable {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let read = self.stream.read(buffer);
        self.readable = match &read {
            // A short read has drained the socket, and later bytes come with an event. Only the end of the stream may
            // have had its event already.
            Ok(read) => *read == buffer.len() || self.peer_left,
            Err(error) => error.kind() == io::ErrorKind::Interrupted,
        };
        read
    }
}

/// The server's end of a TLS session.
#[derive(Debug)]
pub(crate) struct Tls {
    socket: Socket,
    session: ServerConnection,
}

impl Tls {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.session.reader().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
            self.session.read_tls(&mut self.socket)?;
            let processed = self.session.process_new_packets();
            // Sends the handshake's answers, or the alert with the fault.
            match self.flush() {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                _ => processed.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?,
            };
        }
    }

    /// Encrypts a part of `bytes`, once all earlier encrypted bytes have been sent.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.flush()?;
        let taken = self.session.writer().write(bytes)?;
        match self.flush() {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(taken),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        while self.session.wants_write() {
            self.session.write_tls(&mut self.socket.stream)?;
        }
        Ok(())
    }
}
