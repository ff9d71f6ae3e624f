//! The fixture of a way: its input, and its report.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use photo::Config;
use photo_futures::runtime::{Smol, Tokio};

use crate::load::samples::Samples;

/// The URLs to download, and the counter. Clones share the count, and cost a little.
#[derive(Clone, Debug)]
pub(crate) struct Fixture {
    pub(crate) config: Config,
    pub(crate) urls: Vec<String>,
    /// The URL of the bystanders.
    pub(crate) other_url: String,
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
    /// Goes an asynchronous way on tokio, in one thread.
    pub(super) fn on_tokio(&self, way: impl AsyncFnOnce(Tokio, &Self)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
        runtime.expect("a runtime can be made").block_on(way(Tokio, self));
    }

    /// Runs the way on smol.
    pub(super) fn on_smol(&self, way: impl AsyncFnOnce(Smol, &Self)) {
        smol::block_on(way(Smol, self));
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
