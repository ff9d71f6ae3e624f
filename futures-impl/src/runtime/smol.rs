//! The smol runtime.

use std::io;
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpStream};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::Map;
use smol::net::resolve;
use smol::{Async, Timer, unblock};
use socket2::SockRef;

use super::{Runtime, is_quiet, pool_has_a_thread};

/// smol's reactor, global to the process; any executor may poll the download.
#[derive(Clone, Copy, Debug, Default)]
pub struct Smol;

impl Runtime for Smol {
    type Stream = Async<TcpStream>;
    type Sleep = Map<Timer, fn(Instant)>;

    async fn connect(&self, address: SocketAddr) -> io::Result<Self::Stream> {
        let stream = Async::<TcpStream>::connect(address).await?;
        stream.get_ref().set_nodelay(true)?;
        Ok(stream)
    }

    fn poll_readable(stream: &Self::Stream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        stream.poll_readable(cx)
    }

    fn is_open(stream: &Self::Stream) -> bool {
        is_quiet(&SockRef::from(stream).peek(&mut [MaybeUninit::uninit()]))
    }

    async fn resolve(&self, host: String, port: u16) -> io::Result<Vec<SocketAddr>> {
        pool_has_a_thread()?;
        resolve((host, port)).await
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        Timer::after(duration).map(drop)
    }

    async fn offload<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        match pool_has_a_thread() {
            Ok(()) => unblock(work).await,
            Err(_) => work(),
        }
    }
}
