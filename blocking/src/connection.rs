//! A connection, plain or encrypted, with a deadline on every wait.

use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc::{EINPROGRESS, MSG_DONTWAIT, MSG_PEEK};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use photo::{ATTEMPT_DELAY, Error, Exchange, Origin, Phase};
use rustls::{ClientConfig, ClientConnection};
use socket2::{Domain, SockRef, Socket, Type};

use crate::CancelToken;
use crate::cancel::{self, Guard};

mod io_deadline;

pub(crate) use io_deadline::IoDeadline;

/// Tolerance for a late timeout: about one step of the kernel's clock.
const SLACK: Duration = Duration::from_millis(4);

/// Connects to the address that accepts first. As in RFC 8305, the attempts run in parallel from the second on.
///
/// While the guard exists, cancelling the token ends every wait on the socket.
pub(crate) fn connect_to_any(
    addresses: &[SocketAddr],
    origin: &Origin,
    deadline: &mut IoDeadline,
    token: Option<&CancelToken>,
) -> Result<(Connection, Option<Guard>), Error> {
    deadline.phase = Phase::Connect;
    let mut attempts = Vec::new();
    let mut left = addresses.iter();
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    loop {
        match left.next().map(|address| Attempt::start(*address, token)) {
            Some(Ok(attempt)) => attempts.push(attempt),
            Some(Err(error)) => {
                cancel::check(token)?;
                last = error;
                continue;
            }
            None if attempts.is_empty() => return Err(Error::connect(origin, last)),
            None => {}
        }
        let next = Instant::now() + ATTEMPT_DELAY;
        let end = if left.len() > 0 { next.min(deadline.at()) } else { deadline.at() };
        let ended = wait_for_any(&attempts, end).map_err(|error| Error::connect(origin, error))?;
        cancel::check(token)?;
        match ended.map(|index| attempts.swap_remove(index).finish()) {
            Some(Ok((tcp, guard))) => return Ok((Connection::new(tcp), guard)),
            Some(Err(error)) => last = error,
            None if deadline.left().is_zero() => return Err(deadline.error()),
            None => {}
        }
    }
}

/// A socket that is connecting. Dropping it closes it.
struct Attempt {
    // The guard is dropped before the socket, so that no other thread shuts down a closed one.
    guard: Option<Guard>,
    tcp: Arc<TcpStream>,
}

impl Attempt {
    fn start(address: SocketAddr, token: Option<&CancelToken>) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        match socket.connect(&address.into()) {
            Err(error) if error.raw_os_error() != Some(EINPROGRESS) => return Err(error),
            _ => {}
        }
        let tcp = Arc::new(TcpStream::from(socket));
        // Connecting must have started: before, there is nothing to interrupt.
        let guard = cancel::guard(token, &tcp).map_err(io::Error::other)?;
        Ok(Self { guard, tcp })
    }

    /// The outcome, once the socket is ready.
    fn finish(self) -> io::Result<(Arc<TcpStream>, Option<Guard>)> {
        let Self { guard, tcp } = self;
        tcp.take_error()?.map_or(Ok(()), Err)?;
        tcp.set_nonblocking(false)?;
        tcp.set_nodelay(true)?;
        Ok((tcp, guard))
    }
}

/// The index of an attempt that has ended, successful or not; `None` if `end` comes first.
fn wait_for_any(attempts: &[Attempt], end: Instant) -> io::Result<Option<usize>> {
    let mut sockets: Vec<_> =
        attempts.iter().map(|attempt| PollFd::new(attempt.tcp.as_fd(), PollFlags::POLLOUT)).collect();
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        // The time is rounded up, because a wait of zero would be busy.
        let timeout = PollTimeout::try_from(left.as_millis() + 1).unwrap_or(PollTimeout::MAX);
        match poll(&mut sockets, timeout) {
            Ok(0) | Err(Errno::EINTR) => {}
            Ok(_) => return Ok(sockets.iter().position(|socket| socket.any().unwrap_or(true))),
            Err(error) => return Err(error.into()),
        }
    }
}

/// A connection, in use or idle.
#[derive(Debug)]
pub(crate) struct Connection {
    /// The socket, shared with the threads that may interrupt.
    tcp: Arc<TcpStream>,
    /// Set on the socket.
    read_timeout: Option<Duration>,
    /// Set on the socket.
    write_timeout: Option<Duration>,
    /// The TLS state, boxed because it is large and often absent.
    tls: Option<Box<ClientConnection>>,
}

impl Connection {
    /// A connection without TLS, before any handshake.
    fn new(tcp: Arc<TcpStream>) -> Self {
        Self { tcp, read_timeout: None, write_timeout: None, tls: None }
    }

    /// Performs the TLS handshake if `origin` is https.
    pub(crate) fn handshake(
        &mut self,
        config: &Arc<ClientConfig>,
        origin: &Origin,
        deadline: &mut IoDeadline,
    ) -> Result<(), Error> {
        if !origin.is_https() {
            return Ok(());
        }
        deadline.phase = Phase::Handshake;
        let tls = ClientConnection::new(Arc::clone(config), origin.server_name()?)
            .map_err(|error| Error::tls(origin, io::Error::other(error)))?;
        let (slot, mut stream) = self.parts(deadline);
        let tls = slot.insert(Box::new(tls));
        while tls.is_handshaking() {
            tls.complete_io(&mut stream)
                .map_err(|error| IoDeadline::timeout(&error).unwrap_or_else(|| Error::tls(origin, error)))?;
        }
        Ok(())
    }

    /// The socket, for other threads to interrupt the wait for it.
    pub(crate) fn tcp(&self) -> &Arc<TcpStream> {
        &self.tcp
    }

    /// Sends a part of the request; returns its number of bytes.
    pub(crate) fn send(&mut self, exchange: &Exchange, deadline: &mut IoDeadline) -> io::Result<usize> {
        let bytes = exchange.to_send();
        match self.parts(deadline) {
            (None, mut stream) => stream.write(bytes),
            (Some(tls), mut stream) => rustls::Stream::new(&mut **tls, &mut stream).write(bytes),
        }
    }

    /// Sends the bytes that TLS still holds back.
    pub(crate) fn flush(&mut self, deadline: &mut IoDeadline) -> io::Result<()> {
        match self.parts(deadline) {
            (None, _) => Ok(()),
            (Some(tls), mut stream) => rustls::Stream::new(&mut **tls, &mut stream).flush(),
        }
    }

    /// Receives a part of the reply; returns its number of bytes, where 0 is the end of the stream.
    pub(crate) fn receive(
        &mut self,
        exchange: &mut Exchange,
        scratch: &mut [u8],
        deadline: &mut IoDeadline,
    ) -> io::Result<usize> {
        let space = exchange.space(scratch);
        match self.parts(deadline) {
            (None, mut stream) => stream.read(space),
            (Some(tls), mut stream) => rustls::Stream::new(&mut **tls, &mut stream).read(space),
        }
    }

    /// Whether an idle connection may be used again: it is open, and no unrequested byte has arrived. It costs one
    /// system call.
    pub(crate) fn is_open(&self) -> bool {
        // TLS may have decrypted unrequested bytes already.
        self.tls.as_ref().is_none_or(|tls| tls.wants_read())
            && SockRef::from(&*self.tcp)
                .recv_with_flags(&mut [MaybeUninit::uninit()], MSG_PEEK | MSG_DONTWAIT)
                .is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    fn parts<'a>(
        &'a mut self,
        deadline: &'a mut IoDeadline,
    ) -> (&'a mut Option<Box<ClientConnection>>, TimedStream<'a>) {
        let Self { tcp, read_timeout, write_timeout, tls } = self;
        (tls, TimedStream { tcp, read_timeout, write_timeout, deadline })
    }
}

/// A socket in use: each read and write ends in time, and so does TLS over it.
struct TimedStream<'a> {
    tcp: &'a TcpStream,
    read_timeout: &'a mut Option<Duration>,
    write_timeout: &'a mut Option<Duration>,
    deadline: &'a mut IoDeadline,
}

/// Repeats `transfer` until bytes move or the deadline passes.
fn until_moved(
    deadline: &mut IoDeadline,
    timeout: &mut Option<Duration>,
    set_timeout: impl Fn(Duration) -> io::Result<()>,
    mut transfer: impl FnMut() -> io::Result<usize>,
) -> io::Result<usize> {
    loop {
        let left = deadline.left();
        if left.is_zero() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, deadline.error()));
        }
        // One more system call for each read would cost too much, so a roughly right timeout stays. If it is too
        // short, the clock is read once more; it must never be too long.
        if !timeout.is_some_and(|timeout| timeout <= left + SLACK && timeout >= left / 2) {
            set_timeout(left)?;
            *timeout = Some(left);
        }
        match transfer() {
            // The socket's timeout reads as `WouldBlock`; `TimedOut` is the end of the connection.
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Ok(0) => return Ok(0),
            Ok(n) => {
                deadline.moved();
                return Ok(n);
            }
            Err(error) => return Err(error),
        }
    }
}

impl Read for TimedStream<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let (mut tcp, set) = (self.tcp, |left| self.tcp.set_read_timeout(Some(left)));
        until_moved(self.deadline, self.read_timeout, set, || tcp.read(space))
    }
}

impl Write for TimedStream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (mut tcp, set) = (self.tcp, |left| self.tcp.set_write_timeout(Some(left)));
        until_moved(self.deadline, self.write_timeout, set, || tcp.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
