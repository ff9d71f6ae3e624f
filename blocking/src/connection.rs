//! A connection, plain or encrypted, on which no wait lasts longer than it may.

use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use photo::{Config, Deadline, Error, Origin, Phase};
use rustls::{ClientConfig, ClientConnection};
use socket2::{Domain, SockRef, Socket, Type};

use crate::CancelToken;
use crate::cancel::{self, Guard};

/// How late a timeout may be noticed: about the step of the kernel's own clock for it.
const SLACK: Duration = Duration::from_millis(4);

/// Connects to the first of the addresses that accepts.
///
/// From then on, and as long as the guard lives, cancelling the token ends every wait on the socket.
pub(crate) fn connect(
    addresses: &[SocketAddr],
    origin: &Origin,
    config: &Config,
    deadline: &Deadline,
    token: Option<&CancelToken>,
) -> Result<(Arc<TcpStream>, Option<Guard>), Error> {
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    for (address, left_to_try) in addresses.iter().zip((1..=addresses.len()).rev()) {
        let attempt = attempt(*address, deadline.share(Instant::now(), left_to_try), token);
        cancel::check(token)?;
        match attempt {
            Ok(connected) => return Ok(connected),
            Err(_) if Instant::now() >= deadline.at() => return Err(deadline.error(config, Phase::Connect)),
            Err(error) => last = error,
        }
    }
    Err(Error::connect(origin, last))
}

fn attempt(
    address: SocketAddr,
    until: Instant,
    token: Option<&CancelToken>,
) -> io::Result<(Arc<TcpStream>, Option<Guard>)> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    begin(&socket, address)?;
    let tcp = Arc::new(TcpStream::from(socket));
    // Not before connecting has begun: there is nothing to interrupt before.
    let guard = cancel::guard(token, &tcp).map_err(io::Error::other)?;
    finish(&tcp, address, until)?;
    tcp.set_nonblocking(false)?;
    tcp.set_nodelay(true)?;
    Ok((tcp, guard))
}

#[cfg(unix)]
fn begin(socket: &Socket, address: SocketAddr) -> io::Result<()> {
    match socket.connect(&address.into()) {
        Err(error) if error.raw_os_error() == Some(nix::libc::EINPROGRESS) => Ok(()),
        result => result,
    }
}

#[cfg(unix)]
fn finish(tcp: &TcpStream, _: SocketAddr, until: Instant) -> io::Result<()> {
    use nix::errno::Errno;
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::fd::AsFd;

    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        // Rounded up: a wait of no time at all would be a busy one.
        let timeout = PollTimeout::try_from(left.as_millis() + 1).unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(tcp.as_fd(), PollFlags::POLLOUT)], timeout) {
            Ok(0) | Err(Errno::EINTR) => {}
            Ok(_) => return tcp.take_error()?.map_or(Ok(()), Err),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Where there is no `poll`, cancelling is noticed when connecting has ended in whatever way.
#[cfg(not(unix))]
fn begin(_: &Socket, _: SocketAddr) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn finish(tcp: &TcpStream, address: SocketAddr, until: Instant) -> io::Result<()> {
    let left = until.saturating_duration_since(Instant::now()).max(SLACK);
    SockRef::from(tcp).connect_timeout(&address.into(), left)
}

/// How long a connection in use may be waited for, and in which phase that is.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    pub(crate) config: Arc<Config>,
    pub(crate) deadline: Deadline,
    pub(crate) phase: Phase,
}

impl Patience {
    /// What is left, or an error that holds the right [`Error::Timeout`].
    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.at().saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                self.deadline.error(&self.config, self.phase),
            ));
        }
        Ok(left)
    }

    fn moved(&mut self) {
        // Until there is a connection, no number of bytes gains it more time.
        if self.phase != Phase::Handshake {
            self.deadline.moved(&self.config, Instant::now());
        }
    }

    /// What an error of a [`Connection`] means to the user.
    pub(crate) fn error(&self, origin: &Origin, error: io::Error) -> Error {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
            Some(timeout) => timeout.clone(),
            None if self.phase == Phase::Handshake => Error::tls(origin, error),
            // TLS reports a connection that ended without saying so.
            None if error.kind() == io::ErrorKind::UnexpectedEof => {
                Error::Truncated { received: 0, expected: None }
            }
            None => Error::io(self.phase, origin, error),
        }
    }
}

/// A connection that is in use, or idle.
#[derive(Debug)]
pub(crate) struct Connection {
    socket: TimedSocket,
    /// Boxed, because it is large and often not there.
    tls: Option<Box<ClientConnection>>,
}

impl Connection {
    /// Without TLS.
    pub(crate) fn plain(tcp: Arc<TcpStream>) -> Self {
        Self { socket: TimedSocket { tcp, read_limit: None, write_limit: None }, tls: None }
    }

    /// Agrees on TLS.
    pub(crate) fn handshake(
        mut self,
        origin: &Origin,
        tls: &Arc<ClientConfig>,
        mut patience: Patience,
    ) -> Result<Self, Error> {
        let client = ClientConnection::new(Arc::clone(tls), origin.server_name()?)
            .map_err(|error| Error::tls(origin, io::Error::other(error)))?;
        let tls = self.tls.insert(Box::new(client));
        let mut stream = Waiting { socket: &mut self.socket, patience: &mut patience };
        while tls.is_handshaking() {
            tls.complete_io(&mut stream).map_err(|error| stream.patience.error(origin, error))?;
        }
        Ok(self)
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// The socket, for others to interrupt the waiting for it.
    pub(crate) fn tcp(&self) -> &Arc<TcpStream> {
        &self.socket.tcp
    }

    pub(crate) fn write_all(&mut self, bytes: &[u8], patience: &mut Patience) -> io::Result<()> {
        let mut stream = Waiting { socket: &mut self.socket, patience };
        let Some(tls) = &mut self.tls else { return stream.write_all(bytes) };
        tls.writer().write_all(bytes)?;
        while tls.wants_write() {
            tls.write_tls(&mut stream)?;
        }
        Ok(())
    }

    pub(crate) fn read(&mut self, space: &mut [u8], patience: &mut Patience) -> io::Result<usize> {
        let mut stream = Waiting { socket: &mut self.socket, patience };
        match &mut self.tls {
            None => stream.read(space),
            Some(tls) => rustls::Stream::new(&mut **tls, &mut stream).read(space),
        }
    }

    /// Whether everything that was received has been read.
    pub(crate) fn is_drained(&mut self) -> bool {
        let Some(tls) = &mut self.tls else { return true };
        tls.process_new_packets()
            .is_ok_and(|state| state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed())
    }

    /// Whether an idle connection may be used again: not closed, and nothing has come over it unasked.
    pub(crate) fn is_open(&self) -> bool {
        peek(&self.socket.tcp).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}

/// One system call.
#[cfg(unix)]
fn peek(tcp: &TcpStream) -> io::Result<usize> {
    use nix::libc::{MSG_DONTWAIT, MSG_PEEK};

    SockRef::from(tcp).recv_with_flags(&mut [MaybeUninit::uninit()], MSG_PEEK | MSG_DONTWAIT)
}

#[cfg(not(unix))]
fn peek(tcp: &TcpStream) -> io::Result<usize> {
    tcp.set_nonblocking(true)?;
    let peeked = SockRef::from(tcp).peek(&mut [MaybeUninit::uninit()]);
    tcp.set_nonblocking(false)?;
    peeked
}

/// A socket, and the timeouts that are set on it.
#[derive(Debug)]
struct TimedSocket {
    /// Shared with whoever may interrupt.
    tcp: Arc<TcpStream>,
    read_limit: Option<Duration>,
    write_limit: Option<Duration>,
}

/// A socket in use: each single read and write ends in time, so whatever TLS makes of them does too.
struct Waiting<'a> {
    socket: &'a mut TimedSocket,
    patience: &'a mut Patience,
}

impl Waiting<'_> {
    fn until_moved(
        &mut self,
        limit: fn(&mut TimedSocket) -> &mut Option<Duration>,
        set: fn(&TcpStream, Option<Duration>) -> io::Result<()>,
        mut transfer: impl FnMut(&TcpStream) -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            let left = self.patience.left()?;
            // A system call for each read would be too many, so a limit that is about right stays. One that is too
            // short only leads to another look at the clock; too long it must not be.
            if !limit(self.socket).is_some_and(|limit| limit <= left + SLACK && limit >= left / 2) {
                set(&self.socket.tcp, Some(left))?;
                *limit(self.socket) = Some(left);
            }
            match transfer(&self.socket.tcp) {
                Ok(0) => return Ok(0),
                Ok(n) => {
                    self.patience.moved();
                    return Ok(n);
                }
                Err(error) if is_timeout(&error) || error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// On Unix, `TimedOut` is the end of the connection, not of the wait.
fn is_timeout(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || cfg!(windows) && error.kind() == io::ErrorKind::TimedOut
}

impl Read for Waiting<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        self.until_moved(
            |socket| &mut socket.read_limit,
            TcpStream::set_read_timeout,
            |mut tcp| tcp.read(space),
        )
    }
}

impl Write for Waiting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.until_moved(
            |socket| &mut socket.write_limit,
            TcpStream::set_write_timeout,
            |mut tcp| tcp.write(bytes),
        )
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
