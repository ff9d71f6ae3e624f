//! The futures, on each runtime, as the suite sees them.

use std::cell::Cell;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures::future::{self, Either, FutureExt};
use futures::stream::StreamExt;
use photo::{Backoff, Config, Error, Photo, SaveError, Thumbnail, ThumbnailError};
use photo_futures::runtime::{AsyncStd, Runtime, Smol, Tokio};
use photo_futures::{Client, recipes};

use crate::{Adapter, Downloader, Feed, HandlePhoto, OnEach, OnProgress, WaitObserver};

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An executor for tests, in addition to the needs of a client: it runs one future to its end, or many at once.
trait Executor {
    /// Runs `future` on this thread. A generic one would compile the whole runtime again for each recipe.
    fn run(&self, future: Pin<&mut dyn Future<Output = ()>>);
    /// Runs `tasks`, each spawned, until all have ended. They are spawned by a task: tokio rarely checks for tasks from
    /// outside while it is busy.
    fn run_all(&self, tasks: Vec<Task>);

    /// Runs `future` on this thread, and returns its output.
    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let mut output = None;
        self.run(std::pin::pin!(async { output = Some(future.await) }));
        output.expect("the future has ended")
    }
}

struct Futures<R: Runtime, E> {
    client: Client<R>,
    executor: E,
}

pub(crate) fn tokio(config: Config) -> Result<Box<dyn Adapter>, Error> {
    on_tokio(tokio::runtime::Builder::new_current_thread(), config)
}

pub(crate) fn tokio_multi(config: Config) -> Result<Box<dyn Adapter>, Error> {
    on_tokio(tokio::runtime::Builder::new_multi_thread(), config)
}

fn on_tokio(mut builder: tokio::runtime::Builder, config: Config) -> Result<Box<dyn Adapter>, Error> {
    let executor = builder.enable_io().enable_time().build().expect("a runtime can be made");
    Ok(Box::new(Futures { client: Client::new(Tokio, config)?, executor }))
}

pub(crate) fn async_std(config: Config) -> Result<Box<dyn Adapter>, Error> {
    Ok(Box::new(Futures { client: Client::new(AsyncStd, config)?, executor: AsyncStdExecutor }))
}

pub(crate) fn smol(config: Config) -> Result<Box<dyn Adapter>, Error> {
    Ok(Box::new(Futures { client: Client::new(Smol, config)?, executor: smol::Executor::new() }))
}

impl<R: Runtime, E: Executor> Downloader for Futures<R, E> {
    fn download(&self, url: &str) -> Result<Photo, Error> {
        self.executor.block_on(self.client.download(url))
    }

    fn many(&self, urls: &[String], in_flight: usize) -> Vec<Result<Photo, Error>> {
        self.executor.block_on(recipes::many(&self.client, urls, in_flight))
    }

    fn drive(&self, url: &str, in_flight: usize, feed: Arc<dyn Feed>) {
        let task = || {
            let (client, url, feed) = (self.client.clone(), url.to_owned(), Arc::clone(&feed));
            Box::pin(async move {
                let mut next = feed.first();
                while let Some(mut turn) = next {
                    if let Some(wait) = turn.wait() {
                        client.runtime().sleep(wait).await;
                    }
                    feed.start(&mut turn);
                    feed.done(&turn, client.download(&url).await);
                    next = feed.next();
                }
            }) as Task
        };
        self.executor.run_all((0..in_flight).map(|_| task()).collect());
    }
}

impl<R: Runtime, E: Executor> Adapter for Futures<R, E> {
    fn one(&self, url: &str, started: Box<dyn FnOnce() + Send>, handle_photo: HandlePhoto) {
        self.executor.block_on(recipes::one(&self.client, url, started, handle_photo));
    }

    fn album(&self, url: &str, in_flight: usize) -> Result<Vec<Result<Photo, Error>>, Error> {
        self.executor.block_on(recipes::album(&self.client, url, in_flight))
    }

    fn cancel(&self, url: &str, patience: Duration) -> Result<Photo, Error> {
        self.executor.block_on(async {
            let handle = Cell::new(None);
            let give_to_user = |to_user| handle.set(Some(to_user));
            let download = std::pin::pin!(recipes::cancel(&self.client, url, give_to_user));
            let user = self.client.runtime().sleep(patience);
            match future::select(download, user).await {
                Either::Left((result, _)) => result,
                Either::Right(((), download)) => {
                    handle.take().expect("the user has got it").abort();
                    download.await
                }
            }
        })
    }

    fn deadline(&self, urls: &[String], in_flight: usize, budget: Duration) -> Vec<Result<Photo, Error>> {
        self.executor.block_on(recipes::deadline(&self.client, urls, in_flight, budget))
    }

    fn race(&self, urls: &[String]) -> Result<Photo, Error> {
        self.executor.block_on(recipes::race(&self.client, urls))
    }

    fn stream(&self, urls: &[String], in_flight: usize, mut on_each: OnEach) {
        let results = recipes::stream(&self.client, urls, in_flight, Client::download);
        self.executor.block_on(results.for_each(|(index, result)| {
            on_each(index, result);
            future::ready(())
        }));
    }

    fn progress(&self, url: &str, on_progress: OnProgress) -> Result<Photo, Error> {
        self.executor.block_on(recipes::progress(&self.client, url, on_progress))
    }

    fn retry(&self, url: &str, backoff: Backoff) -> Result<Photo, Error> {
        self.executor.block_on(recipes::retry(&self.client, url, backoff, Client::download))
    }

    fn save(&self, url: &str, folder: &Path) -> Result<PathBuf, SaveError> {
        self.executor.block_on(recipes::save(&self.client, url, folder, Client::download))
    }

    fn thumbnail(&self, url: &str, max_side: u32) -> Result<Thumbnail, ThumbnailError> {
        self.executor.block_on(recipes::thumbnail(&self.client, url, max_side))
    }

    fn thumbnail_meanwhile(
        &self,
        url: &str,
        max_side: u32,
        other: &str,
    ) -> (Result<Thumbnail, ThumbnailError>, usize) {
        self.executor.block_on(async {
            let count = Cell::new(0);
            let others = std::pin::pin!(async {
                loop {
                    let result = self.client.download(other).await;
                    count.update(|count| count + usize::from(result.is_ok()));
                }
            });
            let thumbnail = std::pin::pin!(recipes::thumbnail(&self.client, url, max_side));
            match future::select(thumbnail, others).await {
                Either::Left((thumbnail, _dropped)) => (thumbnail, count.get()),
                Either::Right((never, _)) => never,
            }
        })
    }

    fn waits(&self, count: usize, until: Instant, observer: Arc<dyn WaitObserver>) {
        let task = || {
            let (runtime, observer) = (self.client.runtime().clone(), Arc::clone(&observer));
            Box::pin(async move {
                let mut sleep = runtime.sleep(until.saturating_duration_since(Instant::now()));
                // A timer is pending from its first poll on.
                let first = future::poll_fn(|context| Poll::Ready(sleep.poll_unpin(context))).await;
                observer.pending();
                if first.is_pending() {
                    sleep.await;
                }
                observer.ended();
            }) as Task
        };
        self.executor.run_all((0..count).map(|_| task()).collect());
    }
}

impl Executor for tokio::runtime::Runtime {
    fn run(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        self.block_on(future);
    }

    fn run_all(&self, tasks: Vec<Task>) {
        let all = self.spawn(async {
            let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
            for task in tasks {
                task.await.expect("a download does not panic");
            }
        });
        self.block_on(all).expect("no task panics");
    }
}

struct AsyncStdExecutor;

impl Executor for AsyncStdExecutor {
    fn run(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        async_std::task::block_on(future);
    }

    fn run_all(&self, tasks: Vec<Task>) {
        async_std::task::block_on(async {
            let tasks: Vec<_> = tasks.into_iter().map(async_std::task::spawn).collect();
            for task in tasks {
                task.await;
            }
        });
    }
}

impl Executor for smol::Executor<'static> {
    fn run(&self, future: Pin<&mut dyn Future<Output = ()>>) {
        smol::block_on(smol::future::or(future, tick(self)));
    }

    fn run_all(&self, tasks: Vec<Task>) {
        self.block_on(async {
            let tasks: Vec<_> = tasks.into_iter().map(|task| self.spawn(task)).collect();
            for task in tasks {
                task.await;
            }
        });
    }
}

/// Runs the tasks of `executor`, and often returns to the reactor: see [`Smol`].
async fn tick<T>(executor: &smol::Executor<'_>) -> T {
    loop {
        for _ in 0..16 {
            executor.tick().await;
        }
        smol::future::yield_now().await;
    }
}
