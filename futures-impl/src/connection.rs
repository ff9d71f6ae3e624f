//! A connection, plain or encrypted.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use futures::io::{AsyncRead, AsyncWrite};
use futures_rustls::client::TlsStream;
use photo::{Error, Exchange, Origin, Step};

use crate::Client;
use crate::runtime::Runtime;

/// Space for one read, in bytes: the head of a reply, and mostly the whole photo after it.
const SCRATCH: usize = 64 << 10;

thread_local! {
    /// The buffer into which heads are read: one for all downloads of a thread, since one is polled at a time.
    static SCRATCH_BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; SCRATCH].into());
}

/// A TCP connection, with TLS over it if the origin is https.
pub(crate) struct Connection<R: Runtime> {
    stream: Stream<R>,
    /// Whether the last read has emptied the socket, so that another one would find nothing.
    drained: bool,
}

/// A connection between two downloads.
pub(crate) struct Idle<R: Runtime> {
    pub(crate) connection: Connection<R>,
    /// The timer of the last download, for the next one: setting a timer wakes some reactors.
    pub(crate) timer: Option<Timer<R>>,
}

/// A set timer, with the time at which it expires.
pub(crate) type Timer<R> = (Instant, <R as Runtime>::Sleep);

enum Stream<R: Runtime> {
    Plain(R::Stream),
    Tls(Box<TlsStream<TimedSocket<R::Stream>>>),
}

/// A socket beneath TLS that notes when bytes last arrived, even an incomplete TLS record.
struct TimedSocket<S> {
    socket: S,
    moved: Option<Instant>,
}

impl<R: Runtime> Connection<R> {
    /// A connection without TLS, before any handshake.
    pub(crate) fn new(stream: R::Stream) -> Self {
        Self { stream: Stream::Plain(stream), drained: true }
    }

    /// Performs the TLS handshake if `origin` is https.
    pub(crate) async fn handshake(self, client: &Client<R>, origin: &Origin) -> Result<Self, Error> {
        match self.stream {
            Stream::Plain(stream) if origin.is_https() => {
                // The future is boxed, because it is large and a download without TLS does not need it.
                let stream = TimedSocket { socket: stream, moved: None };
                let agreed = Box::pin(client.tls().connect(origin.server_name()?, stream)).await;
                let stream = agreed.map_err(|error| Error::tls(origin, error))?;
                Ok(Self { stream: Stream::Tls(stream.into()), drained: false })
            }
            stream => Ok(Self { stream, ..self }),
        }
    }

    /// Sends a part of the request; returns its number of bytes.
    pub(crate) fn send(&mut self, exchange: &Exchange) -> impl Future<Output = io::Result<usize>> {
        poll_fn(|cx| self.poll_write(cx, exchange.to_send()))
    }

    /// Sends the bytes that TLS still holds back.
    pub(crate) fn flush(&mut self) -> impl Future<Output = io::Result<()>> {
        poll_fn(|cx| match &mut self.stream {
            Stream::Plain(_) => Poll::Ready(Ok(())),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        })
    }

    /// Receives a part of the reply; returns its number of bytes and their effect.
    pub(crate) fn receive(
        &mut self,
        exchange: &mut Exchange,
    ) -> impl Future<Output = Result<(usize, Step), Error>> {
        poll_fn(|cx| {
            SCRATCH_BUFFER.with_borrow_mut(|scratch| {
                let received = ready!(self.poll_receive(cx, exchange.space(scratch)));
                let received = received.map_err(|error| exchange.failed(error))?;
                Poll::Ready(exchange.filled(scratch, received).map(|step| (received, step)))
            })
        })
    }

    /// The time at which bytes last arrived, even if TLS could not use them yet.
    pub(crate) fn moved(&self) -> Option<Instant> {
        match &self.stream {
            Stream::Plain(_) => None,
            Stream::Tls(stream) => stream.get_ref().0.moved,
        }
    }

    /// Whether an idle connection may be used again.
    pub(crate) fn is_open(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => R::is_open(stream),
            Stream::Tls(stream) => {
                // TLS may hold decrypted bytes that no request asked for.
                let (tcp, tls) = stream.get_ref();
                tls.wants_read() && R::is_open(&tcp.socket)
            }
        }
    }

    fn is_tls(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        if self.drained {
            ready!(self.poll_readable(cx))?;
        }
        let capacity = space.len();
        let received = ready!(self.poll_read(cx, space))?;
        // An event announces all bytes after a read that an empty socket cut short. TLS has its own buffer.
        self.drained = !self.is_tls() && 0 < received && received < capacity;
        Poll::Ready(Ok(received))
    }

    fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &self.stream {
            Stream::Plain(stream) => R::poll_readable(stream, cx),
            Stream::Tls(_) => Poll::Ready(Ok(())),
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, space),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, space),
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedSocket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        space: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let length = ready!(Pin::new(&mut self.socket).poll_read(cx, space))?;
        if length > 0 {
            self.moved = Some(Instant::now());
        }
        Poll::Ready(Ok(length))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedSocket<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, pieces)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_close(cx)
    }
}
