//! The tokio runtime, current-thread or multi-thread.

use std::io;
use std::net::SocketAddr;
use std::panic;
use std::pin::Pin;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
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

    fn is_open(stream: &Self::Stream) -> bool {
        // Answered from the remembered readiness: mostly without a system call.
        is_quiet(&stream.get_ref().try_read(&mut [0]))
    }

    async fn resolve(&self, host: String, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(lookup_host((host, port)).await?.collect())
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
