//! What is measured of waiting alone: many waits that end at the same time, and no download.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// A number of waits until a common time. Clones share it.
#[derive(Clone, Debug)]
pub struct Waits(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    count: usize,
    until: Instant,
    pending: AtomicUsize,
    ended: AtomicUsize,
    /// Called by the last one to be pending.
    look: fn() -> Option<u64>,
    all_pending: OnceLock<(Instant, Option<u64>)>,
    all_ended: OnceLock<Instant>,
}

/// What became of them.
#[derive(Clone, Copy, Debug)]
pub struct Waited {
    /// When the last of them was pending.
    pub all_pending: Instant,
    /// What `look` said at that time.
    pub look: Option<u64>,
    /// When the last of them had ended.
    pub all_ended: Instant,
}

impl Waits {
    /// `count` waits until `until`. When all are pending, `look` is called once.
    #[must_use]
    pub fn new(count: usize, until: Instant, look: fn() -> Option<u64>) -> Self {
        Self(Arc::new(Inner {
            count,
            until,
            pending: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            look,
            all_pending: OnceLock::new(),
            all_ended: OnceLock::new(),
        }))
    }

    /// How many there are to be.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.count
    }

    /// How long one of them has to wait from now.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.0.until.saturating_duration_since(Instant::now())
    }

    /// One more is pending.
    pub fn pending(&self) {
        if self.0.pending.fetch_add(1, Relaxed) + 1 == self.0.count {
            let look = (self.0.look)();
            self.0.all_pending.get_or_init(|| (Instant::now(), look));
        }
    }

    /// One more has ended.
    pub fn end(&self) {
        if self.0.ended.fetch_add(1, Relaxed) + 1 == self.0.count {
            self.0.all_ended.get_or_init(Instant::now);
        }
    }

    /// `None` unless all have ended.
    #[must_use]
    pub fn waited(&self) -> Option<Waited> {
        let (all_pending, look) = *self.0.all_pending.get()?;
        Some(Waited { all_pending, look, all_ended: *self.0.all_ended.get()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_is_taken_when_all_are_pending() {
        let waits = Waits::new(2, Instant::now(), || Some(7));
        assert_eq!((waits.count(), waits.left()), (2, Duration::ZERO));
        waits.pending();
        assert!(waits.0.all_pending.get().is_none());
        waits.pending();
        waits.end();
        assert!(waits.waited().is_none());
        waits.end();
        let Waited { all_pending, look, all_ended } = waits.waited().unwrap();
        assert!(look == Some(7) && all_pending <= all_ended);
    }
}
