//! A connection of the completions, which reads into buffers that the kernel chooses.

use std::io;
use std::mem;
use std::num::NonZero;
use std::time::Duration;

use compio::BufResult;
use compio::driver::op::{RecvFlags, RecvMulti};
use compio::driver::{BufferRef, ToSharedFd};
use compio::io::AsyncWriteExt;
use compio::net::TcpStream;
use compio::runtime::{Runtime, SubmitMultiStream};
use futures::FutureExt;
use futures::stream::{LocalBoxStream, StreamExt};
use photo::{Error, Exchange, Origin, Phase, Photo, Step};

/// Most buffers of all connections together. More would not fit the cache, since the kernel takes them by turns.
const MOST_BUFFERS: usize = 64;

/// Bytes of a buffer: the head of a reply, and mostly the whole photo after it, as in the styles.
pub(super) const BUFFER: usize = 64 << 10;

/// The number of buffers for so many downloads in flight. A download that waits for its first byte has none.
pub(super) fn buffers(in_flight: usize) -> NonZero<u16> {
    let buffers = u16::try_from(in_flight.min(MOST_BUFFERS)).ok();
    buffers.and_then(NonZero::new).unwrap_or(NonZero::<u16>::MIN)
}

pub(super) struct Connection {
    stream: TcpStream,
    /// The bytes that arrive. One operation receives all of them, and stays with the kernel between two downloads.
    pieces: LocalBoxStream<'static, io::Result<BufferRef>>,
    /// The buffer of the last request, for the next one.
    request: Vec<u8>,
    /// Whether bytes have arrived that no request asked for.
    has_surplus: bool,
}

/// The end of a hop.
pub(super) enum Outcome {
    Over(Result<Photo, Error>),
    Redirect(Box<Exchange>),
}

impl Connection {
    pub(super) async fn open(origin: &Origin) -> Result<Self, Error> {
        let opened = async {
            if origin.is_https() {
                return Err(io::Error::other("completions speak no TLS"));
            }
            let stream = TcpStream::connect((origin.host(), origin.port())).await?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        let stream = opened.await.map_err(|error| Error::connect(origin, error))?;
        let pieces = pieces(&stream);
        Ok(Self { stream, pieces, request: Vec::new(), has_surplus: false })
    }

    /// Whether an idle connection may be used again. This costs no system call, because the operation that receives would
    /// have ended.
    pub(super) fn is_open(&mut self) -> bool {
        !self.has_surplus && self.pieces.next().now_or_never().is_none()
    }

    /// Sends the request and receives the reply; also returns how long the connection may be kept.
    pub(super) async fn transfer(
        &mut self,
        exchange: &mut Exchange,
    ) -> Result<(Outcome, Option<Duration>), Error> {
        self.send(exchange).await?;
        loop {
            let step = match self.pieces.next().await {
                Some(Ok(mut piece)) => self.take(&mut piece, exchange)?,
                // All buffers are in use by other downloads. They are free by the time of the next system call.
                Some(Err(error)) if error.kind() == io::ErrorKind::ResourceBusy => Step::More,
                Some(Err(error)) => return Err(exchange.failed(error)),
                None => exchange.filled(&mut [], 0)?,
            };
            match step {
                Step::More => {}
                Step::Redirect { next, keep_for } => return Ok((Outcome::Redirect(next), keep_for)),
                Step::Done { photo, keep_for } => return Ok((Outcome::Over(Ok(photo)), keep_for)),
                Step::Failed { error, keep_for } => return Ok((Outcome::Over(Err(error)), Some(keep_for))),
            }
        }
    }

    /// Sends the request from a buffer that the kernel may keep, which a slice of the exchange is not.
    async fn send(&mut self, exchange: &mut Exchange) -> Result<(), Error> {
        let mut request = mem::take(&mut self.request);
        request.clear();
        request.extend_from_slice(exchange.to_send());
        let BufResult(sent, request) = self.stream.write_all(request).await;
        sent.map_err(|error| exchange.failed(error))?;
        exchange.sent(request.len());
        self.request = request;
        Ok(())
    }

    /// Hands received bytes to the exchange. A head is parsed in the received buffer. All of the photo is copied out of
    /// it, where the styles read later pieces into the photo itself.
    fn take(&mut self, piece: &mut [u8], exchange: &mut Exchange) -> Result<Step, Error> {
        if exchange.phase() == Phase::Head {
            let length = piece.len();
            return exchange.filled(piece, length);
        }
        let mut rest = &*piece;
        loop {
            let space = exchange.space(&mut []);
            let length = space.len().min(rest.len());
            space[..length].copy_from_slice(&rest[..length]);
            rest = &rest[length..];
            match exchange.filled(&mut [], length)? {
                Step::More if !rest.is_empty() => {}
                step => {
                    self.has_surplus = !rest.is_empty();
                    return Ok(step);
                }
            }
        }
    }
}

/// Everything that arrives on `stream`, in buffers of the runtime.
fn pieces(stream: &TcpStream) -> LocalBoxStream<'static, io::Result<BufferRef>> {
    let socket = stream.to_shared_fd();
    let receive = move || {
        Runtime::with_current(|runtime| {
            let buffers = runtime.buffer_pool()?;
            let receive = RecvMulti::new(socket.clone(), &buffers, 0, RecvFlags::empty())?;
            Ok(runtime.submit_multi(receive).into_managed(buffers))
        })
    };
    SubmitMultiStream::new(receive).boxed_local()
}
