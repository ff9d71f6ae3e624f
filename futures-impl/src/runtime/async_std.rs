//! The async-std runtime, which has been discontinued in favour of smol (RUSTSEC-2025-0052).

use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;

use async_std::net::TcpStream;
use async_std::task;
use futures::FutureExt;
use futures::future::BoxFuture;
use socket2::SockRef;

use super::{Runtime, is_quiet, pool_has_a_thread};

/// The async-std runtime, global to the process, with a thread for each core.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStd;

impl Runtime for AsyncStd {
    type Stream = TcpStream;
    type Sleep = BoxFuture<'static, ()>;

    async fn connect(&self, address: SocketAddr) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    fn poll_readable(_: &Self::Stream, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(())) // async-std cannot wait for it
    }

    fn is_open(stream: &Self::Stream) -> bool {
        is_quiet(&SockRef::from(stream).peek(&mut [MaybeUninit::uninit()]))
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        task::sleep(duration).boxed()
    }

    async fn offload<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        match pool_has_a_thread() {
            Ok(()) => task::spawn_blocking(work).await,
            Err(_) => work(),
        }
    }
}
