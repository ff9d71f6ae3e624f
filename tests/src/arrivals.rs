//! What an open loop measures: downloads that start when their time has come, whether or not earlier ones have ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use photo::{Error, Photo};

use crate::{Boundary, Sample, Samples, Ticket};

/// A schedule of downloads, and what became of them. Clones share it.
///
/// However many threads, callbacks or tasks there are, each takes the next arrival, waits until its time in its own
/// way, and downloads. So there are never more downloads than takers; an arrival that finds all of them busy starts
/// late, and one that nobody has taken by the end of the schedule and some grace is skipped.
#[derive(Clone, Debug)]
pub struct Arrivals(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// When each download is to start, after the start of the loop, in ascending order.
    schedule: Box<[Duration]>,
    /// After this time, no download starts.
    end: Duration,
    samples: Samples,
    /// From the intended to the real start, in nanoseconds; [`NEVER`] while it has not started.
    lags: Box<[AtomicU64]>,
}

const NEVER: u64 = u64::MAX;

/// The duty to start one download at a certain time.
#[derive(Debug)]
pub struct Arrival {
    index: usize,
    at: Instant,
}

/// What became of all arrivals.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// From the real start of each download that brought a photo to its end, as in a closed loop.
    pub uncorrected: Vec<Duration>,
    /// From the intended start to the same end.
    pub corrected: Vec<Duration>,
    /// From the intended to the real start, of each download that was started.
    pub lags: Vec<Duration>,
    /// Arrivals that were never started.
    pub skipped: usize,
    /// Bytes of all photos.
    pub bytes: u64,
    /// Why the others failed.
    pub errors: Vec<Error>,
}

impl Arrivals {
    /// An arrival at each time of `schedule`, which is ascending and counts from [`begin`](Self::begin), or else from
    /// the first call of [`next`](Self::next); when its last one is over by `grace`, no more is started.
    #[must_use]
    pub fn new(schedule: Vec<Duration>, grace: Duration) -> Self {
        Self::watched(schedule, grace, |_| {})
    }

    /// The same, which tells when the schedule begins, and when the last download has ended; if some are skipped, it
    /// does not.
    #[must_use]
    pub fn watched(
        schedule: Vec<Duration>,
        grace: Duration,
        watch: impl Fn(Boundary) + Send + Sync + 'static,
    ) -> Self {
        let end = schedule.last().copied().unwrap_or_default() + grace;
        let lags = schedule.iter().map(|_| AtomicU64::new(NEVER)).collect();
        let samples = Samples::watched(schedule.len(), watch);
        Self(Arc::new(Inner { schedule: schedule.into(), end, samples, lags }))
    }

    /// Begins the schedule, now that all is prepared: for who wants to do so before the first arrival is taken.
    /// Returns when that was.
    pub fn begin(&self) -> Instant {
        self.0.samples.begin()
    }

    /// The next one that nobody has taken; `None` when all are taken, or it is too late for more.
    #[must_use]
    pub fn next(&self) -> Option<Arrival> {
        let begin = self.begin();
        if begin.elapsed() > self.0.end {
            return None;
        }
        let index = self.0.samples.take()?;
        Some(Arrival { index, at: begin + self.0.schedule[index] })
    }

    /// Starts the download, now that its time has come.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "an arrival can be started only once")]
    pub fn start(&self, arrival: Arrival) -> Ticket {
        let ticket = Ticket::now(arrival.index);
        let lag = ticket.started().saturating_duration_since(arrival.at).as_nanos();
        self.0.lags[arrival.index].store(u64::try_from(lag).unwrap_or(NEVER), Relaxed);
        ticket
    }

    /// Records what became of it.
    pub fn done(&self, ticket: &Ticket, result: Result<Photo, Error>) {
        self.0.samples.done(ticket, result);
    }

    /// Records that it brought `bytes` bytes, for who downloads without making a [`Photo`].
    pub fn arrived(&self, ticket: &Ticket, bytes: usize) {
        self.0.samples.arrived(ticket, bytes);
    }

    /// What has been recorded so far.
    #[must_use]
    pub fn sample(&self) -> Arrived {
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

impl Arrival {
    /// How long to wait until it is to be started; `None` if that is now, and even the shortest timer would be late.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        self.at.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
    }

    /// When it is to be started.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.at
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const STALL: Duration = Duration::from_millis(60);

    /// One taker, and a first download that takes as long as many arrivals are apart.
    #[test]
    fn who_had_to_wait_for_a_stalled_one_has_waited() {
        let schedule: Vec<_> = (0..5).map(Duration::from_millis).collect();
        let arrivals = Arrivals::new(schedule, Duration::from_secs(5));
        let mut first = true;
        while let Some(arrival) = arrivals.next() {
            if let Some(wait) = arrival.wait() {
                thread::sleep(wait);
            }
            let ticket = arrivals.start(arrival);
            if std::mem::take(&mut first) {
                thread::sleep(STALL);
            }
            arrivals.arrived(&ticket, 1);
        }
        let Arrived { uncorrected, corrected, lags, skipped, bytes, .. } = arrivals.sample();
        assert_eq!((corrected.len(), lags.len(), skipped, bytes), (5, 5, 0, 5));
        assert!(corrected.iter().all(|latency| *latency + Duration::from_millis(10) > STALL));
        assert!(uncorrected[0] >= STALL && uncorrected[1] < corrected[1]);
    }

    #[test]
    fn what_comes_too_late_is_skipped() {
        let grace = Duration::from_millis(500);
        let arrivals = Arrivals::new(vec![Duration::ZERO; 3], grace);
        let ticket = arrivals.next().map(|arrival| arrivals.start(arrival)).unwrap();
        thread::sleep(grace);
        assert!(arrivals.next().is_none());
        arrivals.done(&ticket, Err(Error::Cancelled));
        let Arrived { corrected, skipped, errors, .. } = arrivals.sample();
        assert_eq!((corrected.len(), skipped, errors.len()), (0, 2, 1));
    }
}
