//! The schedule of an open loop, and how late its downloads start.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::stats::latency::{Latencies, Percentiles};

/// An open loop starts nothing more when its schedule has been over for so long. Tests may stall for a second, so theirs is
/// longer.
pub(super) const GRACE: Duration = Duration::from_millis(if cfg!(test) { 8000 } else { 250 });

/// A download that starts so much after its time is late. Timers alone may take a millisecond or two.
const LATE: Duration = Duration::from_millis(10);

const NEVER: u64 = u64::MAX;

#[derive(Debug)]
pub(super) struct Paced {
    /// The start of each download, after the start of the loop, in ascending order.
    schedule: Box<[Duration]>,
    /// The time from the intended to the real start, in nanoseconds; [`NEVER`] before the start.
    lags: Box<[AtomicU64]>,
}

/// The measurements of an open loop only.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct OpenLoopStats {
    /// The latencies from the real start.
    pub(crate) uncorrected: Percentiles,
    pub(crate) late: usize,
    pub(crate) skipped: usize,
}

impl Paced {
    pub(super) fn new(schedule: Vec<Duration>) -> Self {
        let lags = schedule.iter().map(|_| AtomicU64::new(NEVER)).collect();
        Self { schedule: schedule.into(), lags }
    }

    /// Whether nothing more starts, so long after the start of the loop.
    pub(super) fn is_over(&self, elapsed: Duration) -> bool {
        self.schedule.last().is_none_or(|last| elapsed > *last + GRACE)
    }

    /// The intended start of a download, after the start of the loop.
    pub(super) fn at(&self, index: usize) -> Duration {
        self.schedule[index]
    }

    /// Notes that a download starts, so long after its time.
    pub(super) fn starts(&self, index: usize, lag: Duration) {
        self.lags[index].store(nanos(lag), Relaxed);
    }

    /// The statistics of downloads that have taken so many nanoseconds from their intended starts.
    pub(super) fn stats(&self, latencies: &[u64]) -> OpenLoopStats {
        let lags: Vec<_> = self.lags.iter().map(|lag| lag.load(Relaxed)).collect();
        let ended = latencies.iter().zip(&lags).filter(|(nanos, _)| **nanos > 0);
        let uncorrected: Vec<_> = ended.map(|(nanos, lag)| Duration::from_nanos(nanos - lag)).collect();
        let skipped = lags.iter().filter(|lag| **lag == NEVER).count();
        let late = lags.iter().filter(|lag| **lag > nanos(LATE)).count() - skipped;
        OpenLoopStats { uncorrected: uncorrected.iter().collect::<Latencies>().percentiles(), late, skipped }
    }
}

pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
