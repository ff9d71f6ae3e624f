//! Waiting alone: many waits that end at the same time, without downloads.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use photo_tests::WaitObserver;

/// A number of waits. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Waits(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    count: usize,
    pending: AtomicUsize,
    ended: AtomicUsize,
    /// Called by the last one to be pending.
    look: fn() -> Option<u64>,
    all_pending: OnceLock<(Instant, Option<u64>)>,
    all_ended: OnceLock<Instant>,
}

/// The result of all waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited {
    /// The time at which the last wait was pending.
    pub(crate) all_pending: Instant,
    /// The result of `look` at that time.
    pub(crate) look: Option<u64>,
    /// The time at which the last wait had ended.
    pub(crate) all_ended: Instant,
}

impl Waits {
    /// Room for `count` waits. `look` is called once, when all are pending.
    pub(crate) fn new(count: usize, look: fn() -> Option<u64>) -> Self {
        Self(Arc::new(Inner {
            count,
            pending: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            look,
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
        let (all_pending, look) = *self.0.all_pending.get()?;
        Some(Waited { all_pending, look, all_ended: *self.0.all_ended.get()? })
    }
}

impl WaitObserver for Waits {
    fn pending(&self) {
        if self.0.pending.fetch_add(1, Relaxed) + 1 == self.0.count {
            let look = (self.0.look)();
            self.0.all_pending.get_or_init(|| (Instant::now(), look));
        }
    }

    fn ended(&self) {
        if self.0.ended.fetch_add(1, Relaxed) + 1 == self.0.count {
            self.0.all_ended.get_or_init(Instant::now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_is_taken_when_all_are_pending() {
        let waits = Waits::new(2, || Some(7));
        waits.pending();
        assert!(waits.0.all_pending.get().is_none());
        waits.pending();
        waits.ended();
        assert!(waits.waited().is_none());
        waits.ended();
        let Waited { all_pending, look, all_ended } = waits.waited().unwrap();
        assert!(look == Some(7) && all_pending <= all_ended);
    }
}
