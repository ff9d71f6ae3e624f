//! The tokio runtime, current-thread or multi-thread.

use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::panic;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::task;
use tokio::time::{self, Sleep};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

use super::{Runtime, is_quiet};

/// The tokio runtime that polls the download; it must have I/O and time enabled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tokio;

impl Runtime for Tokio {
    type Stream = Compat<TcpStream>;
    type Sleep = Pin<Box<Sleep>>;

    async fn connect(&self, address: SocketAddr) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream.compat())
    }

    fn poll_readable(stream: &Self::Stream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        stream.get_ref().poll_read_ready(cx)
    }

    fn is_open(stream: &Self::Stream) -> bool {
        // `try_read` would ask the reactor, which notices nothing until it is polled.
        is_quiet(&SockRef::from(stream.get_ref()).peek(&mut [MaybeUninit::uninit()]))
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        Box::pin(time::sleep(duration))
    }

    async fn offload<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        match task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(payload) => panic::resume_unwind(payload),
                Err(_) => std::future::pending().await, // the runtime is shutting down
            },
        }
    }
}
