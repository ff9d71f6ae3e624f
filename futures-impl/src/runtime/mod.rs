//! The needs of a client, and one adapter for each async runtime.
//!
//! Any executor can poll a future, but sockets and timers need the reactor of a runtime. Runtimes differ here in
//! nothing else; each adapter is one file with the same items in the same order.

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

    /// Waits until there are bytes to read, or returns if only an attempt to read can wait for them.
    ///
    /// # Errors
    ///
    /// If the reactor cannot watch the socket.
    fn poll_readable(stream: &Self::Stream, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Whether an idle connection is still open, and no unrequested byte has arrived.
    fn is_open(stream: &Self::Stream) -> bool;

    /// A timer that is ready after `duration`, at the earliest.
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

/// Whether the peek into a socket's receive buffer shows it open and quiet: only "would block" does.
fn is_quiet(peeked: &io::Result<usize>) -> bool {
    matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

/// Whether the thread pool that async-std and smol share has a thread, or can start one. Without a first thread, the
/// pool would try forever, in the thread of the caller; it can do without further ones.
#[cfg(any(feature = "async-std", feature = "smol"))]
fn pool_has_a_thread() -> io::Result<()> {
    static HAS: OnceLock<()> = OnceLock::new();
    if HAS.get().is_none() {
        thread::Builder::new().spawn(|| ())?;
        HAS.get_or_init(|| ());
    }
    Ok(())
}
