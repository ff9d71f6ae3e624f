//! The fixture of a way: its input, its client, and its report.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use futures::join;
use photo::Config;
use photo_futures::runtime::{Runtime, Smol, Tokio};

use super::background;
use crate::load::samples::Samples;

/// The URLs to download, and the counter. Clones share the count, and cost a little.
#[derive(Clone, Debug)]
pub(crate) struct Fixture {
    pub(crate) config: Config,
    pub(crate) urls: Vec<String>,
    /// The URL of the bystanders, if there are any.
    pub(crate) other_url: Option<String>,
    /// The downloads whose latency matters.
    pub(crate) timed: Samples,
    pub(crate) tally: Arc<Tally>,
}

/// The outcomes of the downloads.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    came: AtomicUsize,
    failed: AtomicUsize,
}

impl Fixture {
    /// Goes a way of the blocking calls.
    pub(super) fn on_blocking(&self, way: impl FnOnce(&photo_blocking::Client, &Self)) {
        way(&self.blocking_client(), self);
    }

    /// Starts a way of the callbacks next to the bystanders, and runs the loop until all callbacks have been called.
    pub(super) fn on_callbacks(&self, way: impl FnOnce(&photo_callbacks::Client, &Self)) {
        let client = self.callback_client();
        if let Some(url) = &self.other_url {
            background::callbacks(&client, url, &self.timed);
        }
        way(&client, self);
        client.run();
    }

    /// Goes an asynchronous way next to the bystanders on tokio, in one thread.
    pub(super) fn on_tokio(&self, way: impl AsyncFnOnce(&photo_futures::Client<Tokio>, &Self)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
        runtime.expect("a runtime can be made").block_on(self.with_bystanders(Tokio, way));
    }

    /// Goes an asynchronous way next to the bystanders on smol, in one thread.
    pub(super) fn on_smol(&self, way: impl AsyncFnOnce(&photo_futures::Client<Smol>, &Self)) {
        smol::block_on(self.with_bystanders(Smol, way));
    }

    async fn with_bystanders<R: Runtime>(
        &self,
        runtime: R,
        way: impl AsyncFnOnce(&photo_futures::Client<R>, &Self),
    ) {
        let client = self.async_client(runtime);
        let bystanders = async {
            if let Some(url) = &self.other_url {
                background::futures(&client, url, &self.timed).await;
            }
        };
        join!(bystanders, way(&client, self));
    }

    pub(super) fn blocking_client(&self) -> photo_blocking::Client {
        photo_blocking::Client::new(self.config.clone()).expect("the configuration works")
    }

    pub(super) fn callback_client(&self) -> photo_callbacks::Client {
        photo_callbacks::Client::new(self.config.clone()).expect("the configuration works")
    }

    pub(super) fn async_client<R: Runtime>(&self, runtime: R) -> photo_futures::Client<R> {
        photo_futures::Client::new(runtime, self.config.clone()).expect("the configuration works")
    }
}

impl Tally {
    /// Counts a photo, or what was made of it, or that it has failed.
    pub(super) fn keep<T, E>(&self, result: &Result<T, E>) {
        let count = if result.is_ok() { &self.came } else { &self.failed };
        count.fetch_add(1, Relaxed);
    }

    pub(super) fn keep_all<T, E>(&self, results: &[Result<T, E>]) {
        for result in results {
            self.keep(result);
        }
    }

    pub(crate) fn came(&self) -> usize {
        self.came.load(Relaxed)
    }

    pub(crate) fn failed(&self) -> usize {
        self.failed.load(Relaxed)
    }
}
