//! Waiting alone: many waits that end at the same time, without downloads.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use photo_tests::WaitObserver;

use crate::system::usage::Status;

/// A number of waits. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Waits(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    count: usize,
    pending: AtomicUsize,
    ended: AtomicUsize,
    /// Set by the last one to be pending.
    all_pending: OnceLock<(Instant, Option<Status>)>,
    all_ended: OnceLock<Instant>,
}

/// The result of all waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited {
    /// The time at which the last wait was pending.
    pub(crate) all_pending: Instant,
    /// This process at that time.
    pub(crate) status: Option<Status>,
    /// The time at which the last wait had ended.
    pub(crate) all_ended: Instant,
}

impl Waits {
    pub(crate) fn new(count: usize) -> Self {
        Self(Arc::new(Inner {
            count,
            pending: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            all_pending: OnceLock::new(),
            all_ended: OnceLock::new(),
        }))
    }

    /// These waits, as the observer to which a style reports.
    pub(crate) fn observer(&self) -> Arc<dyn WaitObserver> {
        Arc::new(self.clone())
    }

    /// `None` unless all have ended.
    pub(crate) fn waited(&self) -> Option<Waited> {
        let (all_pending, status) = *self.0.all_pending.get()?;
        Some(Waited { all_pending, status, all_ended: *self.0.all_ended.get()? })
    }
}

impl WaitObserver for Waits {
    fn pending(&self) {
        if self.0.pending.fetch_add(1, Relaxed) + 1 == self.0.count {
            let status = Status::of_this_process();
            self.0.all_pending.get_or_init(|| (Instant::now(), status));
        }
    }

    fn ended(&self) {
        if self.0.ended.fetch_add(1, Relaxed) + 1 == self.0.count {
            self.0.all_ended.get_or_init(Instant::now);
        }
    }
}
