//! Completions: the download of the styles on `io_uring`, in tasks of one thread, with compio.
//!
//! compio has had several releases this year. monoio is lighter, but its last release is two years old, as is that of
//! tokio-uring.
//!
//! It drives [`Exchange`] and keeps its connections in [`Pool`], as the styles do. TLS is missing, and addresses are tried
//! one by one. One time limit covers the whole download, where the styles also limit connecting and silence.

mod connection;

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use compio::driver::ProactorBuilder;
use compio::runtime::Runtime;
use compio::time;
use photo::{Config, Error, Exchange, Kept, Origin, Photo, Pool};
use photo_tests::Feed;

use self::connection::{BUFFER, Connection, Outcome, buffers};
use crate::load::client::{LoadClient, PATIENCE, config};
use crate::load::samples::Samples;

struct Completions {
    /// Dropped before the runtime, which owns the buffers of its connections.
    client: Rc<Client>,
    runtime: Runtime,
}

/// The state that downloads share.
struct Client {
    config: Arc<Config>,
    idle: RefCell<Pool<Connection>>,
}

pub(super) fn client(in_flight: usize) -> io::Result<Box<dyn LoadClient>> {
    Ok(Box::new(Completions::new(in_flight)?))
}

impl Completions {
    fn new(in_flight: usize) -> io::Result<Self> {
        let config = config(in_flight).checked().map_err(io::Error::other)?;
        let unavailable = |error| io::Error::other(format!("io_uring is not available: {error}"));
        let runtime = runtime(in_flight).map_err(unavailable)?;
        let idle = RefCell::new(Pool::new(&config));
        Ok(Self { client: Rc::new(Client { config, idle }), runtime })
    }
}

/// A runtime whose buffers are registered with the kernel. This fails before Linux 6.1, and where `io_uring` is forbidden,
/// as in many containers.
fn runtime(in_flight: usize) -> io::Result<Runtime> {
    let mut driver = ProactorBuilder::new();
    // The kernel completes operations when this thread waits, instead of interrupting it.
    driver.single_issuer(true).defer_taskrun(true);
    driver.buffer_pool_size(buffers(in_flight)).buffer_pool_buffer_len(BUFFER);
    // All tasks that can continue have their turn before the next system call.
    let runtime = Runtime::builder().with_proactor(driver).event_interval(usize::MAX).build()?;
    runtime.buffer_pool()?;
    Ok(runtime)
}

impl Client {
    async fn download(&self, url: &str) -> Result<Photo, Error> {
        let mut exchange = Box::new(Exchange::new(url, &self.config)?);
        let mut retry = false;
        loop {
            let kept = if retry { None } else { self.take_idle(exchange.origin()) };
            let was_kept = kept.is_some();
            let mut connection = match kept {
                Some(connection) => connection,
                None => Connection::open(exchange.origin()).await?,
            };
            match connection.transfer(&mut exchange).await {
                Ok((outcome, keep_for)) => {
                    self.keep_idle(exchange.origin(), connection, keep_for);
                    match outcome {
                        Outcome::Over(result) => return result,
                        Outcome::Redirect(next) => exchange = next,
                    }
                    retry = false;
                }
                // The server had closed the kept connection in the meantime: try again on a fresh one.
                Err(error) if was_kept && exchange.restart(&error) => retry = true,
                Err(error) => return Err(error),
            }
        }
    }

    /// A kept connection to `origin` that is still open.
    fn take_idle(&self, origin: &Origin) -> Option<Connection> {
        loop {
            let kept = self.idle.borrow_mut().take(origin, Instant::now())?;
            if let Kept::Fresh(mut connection) = kept
                && connection.is_open()
            {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for the next download, if it may be kept.
    fn keep_idle(&self, origin: &Origin, connection: Connection, keep_for: Option<Duration>) {
        if let Some(keep_for) = keep_for {
            let surplus = self.idle.borrow_mut().put(origin, connection, Instant::now(), keep_for);
            drop(surplus);
        }
    }
}

impl LoadClient for Completions {
    fn download_all(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let url: Rc<str> = url.into();
        self.runtime.block_on(async {
            let task = |_| {
                let (client, url, samples) = (Rc::clone(&self.client), Rc::clone(&url), samples.clone());
                self.runtime.spawn(async move {
                    let mut next = samples.first();
                    while let Some(turn) = next {
                        // A dropped download cancels its operations. The kernel still owns their buffers until it
                        // confirms, so they belong to the runtime and not to the future.
                        match time::timeout(PATIENCE, client.download(&url)).await {
                            Ok(result) => samples.done(&turn, result),
                            Err(_) => samples.record(&turn, Err(io::ErrorKind::TimedOut.into())),
                        }
                        next = samples.next();
                    }
                })
            };
            let tasks: Vec<_> = (0..in_flight).map(task).collect();
            for task in tasks {
                task.await?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use photo_server::{PhotoServer, PictureFormat, picture};

    use super::*;
    use crate::text::out::note;

    /// Calls `test` where `io_uring` is available.
    fn with_completions(test: impl Fn(&PhotoServer, &mut Completions)) {
        match Completions::new(100) {
            Ok(mut completions) => test(&PhotoServer::start().unwrap(), &mut completions),
            Err(error) => note!("skipped: {error}"),
        }
    }

    #[test]
    fn photos_are_whole_however_they_are_framed() {
        with_completions(|server, completions| {
            for path in [
                "/photo?bytes=1000000",
                "/fault/chunked?bytes=1000000",
                "/fault/close-delimited?bytes=1000000",
                "/fault/redirect-chain?bytes=1000000",
                "/fault/early-hints?bytes=1000000",
            ] {
                let url = server.url(path);
                let photo = completions.runtime.block_on(completions.client.download(&url)).unwrap();
                assert_eq!(photo.bytes, picture(PictureFormat::Jpeg, 1_000_000, 0).unwrap(), "{path}");
            }
        });
    }

    #[test]
    fn a_dead_kept_connection_is_replaced() {
        with_completions(|server, completions| {
            for fault in ["close-after-reply", "close-on-reuse", "timeout-on-reuse", "stray-reply"] {
                let url = server.url(&format!("/fault/{fault}"));
                for _ in 0..3 {
                    completions.runtime.block_on(completions.client.download(&url)).unwrap();
                }
            }
        });
    }

    #[test]
    fn more_replies_than_buffers_lose_nothing() {
        with_completions(|server, completions| {
            let samples = Samples::new(300);
            completions.download_all(&server.url("/photo?bytes=200000"), 100, &samples).unwrap();
            let sample = samples.sample();
            assert!(sample.errors.is_empty(), "{:?}", sample.errors);
            assert_eq!(sample.bytes, 300 * 200_000);
            assert!(server.counters().connections <= 100);
        });
    }
}
