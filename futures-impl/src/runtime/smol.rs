//! The smol runtime.

use std::io;
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpStream};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::Map;
use smol::{Async, Timer, unblock};
use socket2::SockRef;

use super::{Runtime, is_quiet, pool_has_a_thread};

/// The smol runtime, whose reactor is global to the process; any executor may poll the download.
///
/// Each thread in `smol::block_on` serves this reactor when it has nothing to poll, and so does a helper thread of
/// async-io when the reactor was left alone for 50 µs. The thread that has it keeps it while it waits, and must wake the
/// other one for each event.
///
/// `smol::block_on(executor.run(..))` returns to the reactor after 200 polls, which take longer than 50 µs when many
/// downloads are ready at once. After that, the two threads pass the reactor back and forth. Return to it more often
/// if one thread drives many small downloads:
///
/// ```
/// use photo_futures::{Client, runtime::Smol};
/// use smol::future::{or, yield_now};
/// # let server = photo_server::PhotoServer::start()?;
/// # let url = server.url("/photo");
///
/// let executor = smol::Executor::new();
/// let client = Client::<Smol>::default();
/// let download = executor.spawn(async move { client.download(&url).await });
/// let run = async {
///     loop {
///         for _ in 0..16 {
///             executor.tick().await;
///         }
///         yield_now().await; // to the reactor
///     }
/// };
/// println!("{}", smol::block_on(or(download, run))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
