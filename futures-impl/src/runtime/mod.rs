//! What a client needs of an async runtime, and the runtimes that have it.
//!
//! Futures do not say who polls them, but sockets and timers must be polled by somebody's reactor. This is all that
//! differs between runtimes here; each adapter is one file with the same items in the same order.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
#[cfg(any(feature = "async-std", feature = "smol"))]
use std::sync::OnceLock;
use std::task::{Context, Poll};
#[cfg(any(feature = "async-std", feature = "smol"))]
use std::thread;
use std::time::Duration;

use futures::io::{AsyncRead, AsyncWrite};

#[cfg(feature = "async-std")]
mod async_std;
#[cfg(feature = "smol")]
mod smol;
#[cfg(feature = "tokio")]
mod tokio;

#[cfg(feature = "async-std")]
pub use async_std::AsyncStd;
#[cfg(feature = "smol")]
pub use smol::Smol;
#[cfg(feature = "tokio")]
pub use tokio::Tokio;

/// Sockets, timers and worker threads of an async runtime.
pub trait Runtime: Clone + Send + Sync + 'static {
    /// A TCP connection.
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// A timer that has been set.
    type Sleep: Future<Output = ()> + Send + Unpin + 'static;

    /// Connects to `address`, without delaying small packets (`TCP_NODELAY`).
    fn connect(&self, address: SocketAddr) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Waits until there is something to read, or until only reading can find out: then an attempt to read
    /// finds out, and waits.
    ///
    /// # Errors
    ///
    /// If the reactor cannot watch the socket.
    fn poll_readable(stream: &Self::Stream, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Whether an idle connection is still open, and nothing has come over it unasked.
    fn is_open(stream: &Self::Stream) -> bool;

    /// Is ready after `duration`, at the earliest.
    fn sleep(&self, duration: Duration) -> Self::Sleep;

    /// Runs `work`, which may block or take long, on a worker thread.
    ///
    /// # Panics
    ///
    /// If `work` does; on tokio also if the operating system refuses a thread.
    fn offload<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = T> + Send;
}

/// What a look into a socket's receive buffer says: only "nothing there yet" means open and quiet.
fn is_quiet(peeked: &io::Result<usize>) -> bool {
    matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

/// Whether the pool of threads that async-std and smol share has one, or can start one. While the operating system
/// refuses its first, it would try forever, in the thread of the caller; later ones it does without.
#[cfg(any(feature = "async-std", feature = "smol"))]
fn pool_has_a_thread() -> io::Result<()> {
    static HAS: OnceLock<()> = OnceLock::new();
    if HAS.get().is_none() {
        thread::Builder::new().spawn(|| ())?;
        HAS.get_or_init(|| ());
    }
    Ok(())
}
