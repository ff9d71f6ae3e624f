//! The downloads of an open loop: each starts at its time, whether or not earlier ones have ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use photo::{Error, Photo};
use photo_tests::{Feed, Turn};

use crate::load::samples::{Sample, Samples};
use crate::system::window::Boundary;

/// A schedule of downloads, and their results. Clones share them.
///
/// Each thread, callback or task takes the next arrival, waits until its time in its own way, and downloads. So there
/// are never more downloads than takers. An arrival that finds all takers busy starts late; one that no taker has
/// taken by the end of the schedule and some grace is skipped.
#[derive(Clone, Debug)]
pub(crate) struct Arrivals(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The start of each download, after the start of the loop, in ascending order.
    schedule: Box<[Duration]>,
    /// After this time, no download starts.
    end: Duration,
    samples: Samples,
    /// The lag from the intended to the real start, in nanoseconds; [`NEVER`] before the start.
    lags: Box<[AtomicU64]>,
}

const NEVER: u64 = u64::MAX;

/// The results of all arrivals.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    /// The latency of each photo from its real start, as in a closed loop.
    pub(crate) uncorrected: Vec<Duration>,
    /// The latency of each photo from its intended start.
    pub(crate) corrected: Vec<Duration>,
    /// The lag from the intended to the real start, for each started download.
    pub(crate) lags: Vec<Duration>,
    /// Arrivals that were never started.
    pub(crate) skipped: usize,
    /// Bytes of all photos.
    pub(crate) bytes: u64,
    /// The errors of the other downloads.
    pub(crate) errors: Vec<Error>,
}

impl Arrivals {
    /// An arrival at each time of `schedule`, which is ascending and counts from the start of the loop. No download
    /// starts later than `grace` after the last of them.
    #[cfg(test)]
    pub(crate) fn new(schedule: Vec<Duration>, grace: Duration) -> Self {
        Self::watched(schedule, grace, |_| {})
    }

    /// The same. `watch` is called when the schedule begins, and when the last download has ended, unless some are
    /// skipped.
    pub(crate) fn watched(
        schedule: Vec<Duration>,
        grace: Duration,
        watch: impl Fn(Boundary) + Send + Sync + 'static,
    ) -> Self {
        let end = schedule.last().copied().unwrap_or_default() + grace;
        let lags = schedule.iter().map(|_| AtomicU64::new(NEVER)).collect();
        let samples = Samples::watched(schedule.len(), watch);
        Self(Arc::new(Inner { schedule: schedule.into(), end, samples, lags }))
    }

    /// These arrivals, as a load for a style.
    pub(crate) fn feed(&self) -> Arc<dyn Feed> {
        Arc::new(self.clone())
    }

    /// Records a download of `bytes` bytes that no [`Photo`] was made of.
    pub(crate) fn arrived(&self, turn: &Turn, bytes: usize) {
        self.0.samples.arrived(turn, bytes);
    }

    /// A snapshot of the records.
    pub(crate) fn sample(&self) -> Arrived {
        let Inner { samples, lags, .. } = &*self.0;
        let lags: Vec<_> = lags.iter().map(|lag| lag.load(Relaxed)).collect();
        let ended = samples.nanos().zip(&lags).filter(|(nanos, _)| *nanos > 0);
        let corrected = ended.map(|(nanos, lag)| Duration::from_nanos(nanos + lag)).collect();
        let started = lags.iter().filter(|lag| **lag != NEVER);
        let lags: Vec<_> = started.map(|lag| Duration::from_nanos(*lag)).collect();
        let Sample { latencies, bytes, errors } = samples.sample();
        let skipped = self.0.schedule.len() - lags.len();
        Arrived { uncorrected: latencies, corrected, lags, skipped, bytes, errors }
    }
}

impl Feed for Arrivals {
    fn begin(&self) {
        self.0.samples.begin();
    }

    /// The next arrival; `None` when all are taken, or when it is too late for more.
    fn next(&self) -> Option<Turn> {
        let begin = self.0.samples.begun();
        if begin.elapsed() > self.0.end {
            return None;
        }
        let index = self.0.samples.take()?;
        let at = begin + self.0.schedule[index];
        Some(Turn { index, started: at, at: Some(at) })
    }

    fn start(&self, turn: &mut Turn) {
        let intended = turn.started;
        turn.started = Instant::now();
        let lag = turn.started.saturating_duration_since(intended).as_nanos();
        self.0.lags[turn.index].store(u64::try_from(lag).unwrap_or(NEVER), Relaxed);
    }

    fn done(&self, turn: &Turn, result: Result<Photo, Error>) {
        self.0.samples.done(turn, result);
    }
}

#[cfg(test)]
mod tests {
    use std::{mem, thread};

    use super::*;

    const STALL: Duration = Duration::from_millis(60);

    /// There is one taker, and its first download lasts for many arrivals.
    #[test]
    fn an_arrival_that_waits_for_a_stalled_download_has_waited() {
        let schedule: Vec<_> = (0..5).map(Duration::from_millis).collect();
        let arrivals = Arrivals::new(schedule, Duration::from_secs(5));
        let mut first = true;
        while let Some(mut turn) = arrivals.next() {
            if let Some(wait) = turn.wait() {
                thread::sleep(wait);
            }
            arrivals.start(&mut turn);
            if mem::take(&mut first) {
                thread::sleep(STALL);
            }
            arrivals.arrived(&turn, 1);
        }
        let Arrived { uncorrected, corrected, lags, skipped, bytes, .. } = arrivals.sample();
        assert_eq!((corrected.len(), lags.len(), skipped, bytes), (5, 5, 0, 5));
        assert!(corrected.iter().all(|latency| *latency + Duration::from_millis(10) > STALL));
        assert!(uncorrected[0] >= STALL && uncorrected[1] < corrected[1]);
    }

    #[test]
    fn an_arrival_that_comes_too_late_is_skipped() {
        let grace = Duration::from_millis(500);
        let arrivals = Arrivals::new(vec![Duration::ZERO; 3], grace);
        let mut turn = arrivals.next().unwrap();
        arrivals.start(&mut turn);
        thread::sleep(grace);
        assert!(arrivals.next().is_none());
        arrivals.done(&turn, Err(Error::Cancelled));
        let Arrived { corrected, skipped, errors, .. } = arrivals.sample();
        assert_eq!((corrected.len(), skipped, errors.len()), (0, 2, 1));
    }
}
