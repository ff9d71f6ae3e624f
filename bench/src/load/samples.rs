//! The samples of a loop, shared by all threads or tasks that run it.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use photo::{Error, Phase, Photo};
use photo_tests::{Feed, Turn};

use crate::load::numbers::{Edge, Numbers};
use crate::load::paced::{OpenLoopStats, Paced, nanos};
use crate::system::window::{ResourceUse, Window};

/// A fixed number of downloads, and their results. Clones share them.
///
/// Each thread, callback or task takes one turn after the other. In an open loop it first waits until the time of the
/// turn, in its own way. So there are never more downloads than takers. A turn that finds all takers busy starts late;
/// one that no taker has taken by the end of the schedule and some grace is skipped.
///
/// A closed loop may have leads. The first download of each taker and as many others come before those that are measured,
/// and as many as there are takers after them.
///
/// All memory is allocated and touched at the start, and recording one download takes a few relaxed atomic operations.
/// So neither time nor memory of the measuring is mistaken for the style's.
#[derive(Clone, Debug)]
pub(crate) struct Samples(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The start of the first download, if there is a lead.
    begun: OnceLock<Instant>,
    /// From before the first download starts to the end of the last one, or from the end of one lead to the beginning of
    /// the other: starting and ending threads is not measured.
    window: Window,
    numbers: Numbers,
    /// Nanoseconds of each measured download, 0 while it has not ended.
    latencies: Box<[AtomicU64]>,
    bytes: AtomicU64,
    errors: Mutex<Vec<Error>>,
    /// In an open loop only.
    paced: Option<Paced>,
}

/// The results of all downloads.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// The time of each photo from start to callback, return or ready. A [`first`](Feed::first) download counts from
    /// the start of the loop, one of an open loop from its intended start.
    pub(crate) latencies: Vec<Duration>,
    /// Bytes of all photos, also of the lead.
    pub(crate) bytes: u64,
    /// The errors of the other downloads, also of the lead.
    pub(crate) errors: Vec<Error>,
    /// The downloads of both leads.
    pub(crate) in_leads: usize,
    pub(crate) paced: Option<OpenLoopStats>,
}

impl Samples {
    /// A closed loop of `count` downloads.
    pub(crate) fn new(count: usize) -> Self {
        Self::of(count, 0, None, 0.0)
    }

    /// A loop of `count` downloads between two leads, with the burden of a [`Window`]. With a schedule it is an open loop,
    /// which has no lead; its times are in ascending order, and count from the start of the loop.
    pub(crate) fn of(
        count: usize,
        lead: usize,
        schedule: Option<Vec<Duration>>,
        burden_percent: f64,
    ) -> Self {
        // Written one by one: zeroed memory would only be touched later.
        let latencies = (0..count).map(|_| AtomicU64::new(u64::MAX)).collect::<Box<[_]>>();
        latencies.iter().for_each(|latency| latency.store(0, Relaxed));
        Self(Arc::new(Inner {
            begun: OnceLock::new(),
            window: Window::with_burden(burden_percent),
            numbers: Numbers::new(count, lead),
            latencies,
            bytes: AtomicU64::new(0),
            errors: Mutex::default(),
            paced: schedule.map(Paced::new),
        }))
    }

    /// These samples, as a load for a style.
    pub(crate) fn feed(&self) -> Arc<dyn Feed> {
        Arc::new(self.clone())
    }

    /// Records a download of `bytes` bytes that no [`Photo`] was made of.
    pub(crate) fn arrived(&self, turn: &Turn, bytes: usize) {
        let latency = nanos(turn.started.elapsed());
        self.0.bytes.fetch_add(bytes as u64, Relaxed);
        // By the order of their starts, so that none is left out because it takes long.
        if let Some(place) = self.0.numbers.place(turn.index) {
            self.0.latencies[place].store(latency, Relaxed);
        }
        self.ended(turn);
    }

    /// Records the download of a client that reports the bytes of a photo, and no phase of an error.
    pub(crate) fn record(&self, turn: &Turn, result: io::Result<usize>) {
        match result {
            Ok(bytes) => self.arrived(turn, bytes),
            // The body is most of a download.
            Err(error) => self.done(turn, Err(Error::Io { phase: Phase::Body, source: Arc::new(error) })),
        }
    }

    /// The resources that this process has used for the downloads.
    pub(crate) fn spent(&self) -> ResourceUse {
        self.0.window.spent()
    }

    /// A snapshot of the records.
    pub(crate) fn sample(&self) -> Sample {
        let Inner { latencies, bytes, errors, paced, numbers, .. } = &*self.0;
        let latencies: Vec<_> = latencies.iter().map(|nanos| nanos.load(Relaxed)).collect();
        Sample {
            paced: paced.as_ref().map(|paced| paced.stats(&latencies)),
            latencies: latencies.into_iter().filter(|nanos| *nanos > 0).map(Duration::from_nanos).collect(),
            bytes: bytes.load(Relaxed),
            errors: errors.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            in_leads: numbers.in_leads(),
        }
    }

    fn ended(&self, turn: &Turn) {
        match self.0.numbers.ended(turn.index) {
            Some(Edge::Opens) => _ = self.0.window.begin(),
            Some(Edge::Closes) => self.0.window.end(),
            None => {}
        }
    }

    /// The time at which the first download was about to start.
    fn begun(&self) -> Instant {
        let Inner { numbers, window, begun, .. } = &*self.0;
        if numbers.has_leads() { *begun.get_or_init(Instant::now) } else { window.begin() }
    }
}

impl Feed for Samples {
    fn begin(&self) {
        self.begun();
    }

    /// In a closed loop, a turn that counts from the start of the loop: waiting for a turn is waiting.
    fn first(&self) -> Option<Turn> {
        if self.0.paced.is_some() {
            return self.next();
        }
        let started = self.begun();
        self.0.numbers.first().map(|index| Turn { index, started, at: None })
    }

    fn next(&self) -> Option<Turn> {
        let Some(paced) = &self.0.paced else { return self.0.numbers.next().map(Turn::now) };
        let begun = self.begun();
        if paced.is_over(begun.elapsed()) {
            return None;
        }
        let index = self.0.numbers.next()?;
        let at = begun + paced.at(index);
        Some(Turn { index, started: at, at: Some(at) })
    }

    fn start(&self, turn: &mut Turn) {
        if let Some(paced) = &self.0.paced {
            paced.starts(turn.index, turn.started.elapsed());
        }
    }

    fn done(&self, turn: &Turn, result: Result<Photo, Error>) {
        match result {
            Ok(photo) => self.arrived(turn, photo.bytes.len()),
            Err(error) => {
                self.0.errors.lock().unwrap_or_else(PoisonError::into_inner).push(error);
                self.ended(turn);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{mem, thread};

    use super::*;
    use crate::load::paced::GRACE;

    const LONG: Duration = Duration::from_secs(1);

    #[test]
    fn waiting_for_a_first_turn_is_waiting() {
        let samples = Samples::new(3);
        samples.begin();
        thread::sleep(LONG);
        for turn in [samples.first(), samples.first(), samples.next()] {
            samples.arrived(&turn.unwrap(), 1);
        }
        assert!(samples.first().is_none() && samples.next().is_none());
        let Sample { latencies, paced, .. } = samples.sample();
        assert!(latencies[0] >= LONG && latencies[1] >= LONG && latencies[2] < LONG, "{latencies:?}");
        assert_eq!(paced, None);
    }

    #[test]
    fn what_leads_in_and_out_is_not_measured() {
        let samples = Samples::of(3, 2, None, 0.0);
        samples.begin();
        let arrives = |turn: Option<Turn>, is_slow| {
            let turn = turn.unwrap();
            if is_slow {
                thread::sleep(LONG);
            }
            samples.arrived(&turn, 1);
        };
        // One taker has its third turn when the other begins.
        arrives(samples.first(), true);
        arrives(samples.next(), true);
        arrives(samples.next(), true);
        arrives(samples.first(), false);
        for is_slow in [false, false, false, true, true] {
            arrives(samples.next(), is_slow);
        }
        assert!(samples.next().is_none() && samples.spent().wall < LONG);
        let Sample { latencies, bytes, in_leads, .. } = samples.sample();
        assert!(latencies.len() == 3 && latencies.iter().all(|latency| *latency < LONG), "{latencies:?}");
        assert_eq!((bytes, in_leads), (9, 6));
    }

    #[test]
    fn a_download_that_outlasts_the_window_is_measured() {
        let samples = Samples::of(2, 1, None, 0.0);
        samples.arrived(&samples.first().unwrap(), 1);
        samples.arrived(&samples.next().unwrap(), 1);
        let [slow, fast, lead_out] = &[(); 3].map(|()| samples.next().unwrap());
        for turn in [fast, lead_out] {
            samples.arrived(turn, 1);
        }
        thread::sleep(LONG);
        samples.arrived(slow, 1);
        let Sample { latencies, .. } = samples.sample();
        assert!(latencies.len() == 2 && latencies[0] >= LONG && latencies[1] < LONG, "{latencies:?}");
        assert!(samples.spent().wall < LONG);
    }

    /// There is one taker, and its first download lasts for many arrivals.
    #[test]
    fn an_arrival_that_waits_for_a_stalled_download_has_waited() {
        let samples = Samples::of(5, 0, Some((0..5).map(Duration::from_millis).collect()), 0.0);
        let mut first = true;
        while let Some(mut turn) = samples.next() {
            if let Some(wait) = turn.wait() {
                thread::sleep(wait);
            }
            samples.start(&mut turn);
            if mem::take(&mut first) {
                thread::sleep(LONG);
            }
            samples.arrived(&turn, 1);
        }
        let Sample { latencies, bytes, paced, .. } = samples.sample();
        let OpenLoopStats { uncorrected, late, skipped } = paced.unwrap();
        assert!(late >= 4, "{late}");
        assert_eq!((latencies.len(), skipped, bytes), (5, 0, 5));
        assert!(latencies.iter().all(|latency| *latency + Duration::from_millis(10) > LONG));
        let long_us = LONG.as_secs_f64() * 1e6;
        assert!(uncorrected.max_us >= long_us && uncorrected.p50_us < long_us, "{uncorrected:?}");
    }

    #[test]
    fn an_arrival_that_comes_too_late_is_skipped() {
        let samples = Samples::of(3, 0, Some(vec![Duration::ZERO; 3]), 0.0);
        let mut turn = samples.next().unwrap();
        samples.start(&mut turn);
        thread::sleep(GRACE);
        assert!(samples.next().is_none());
        samples.done(&turn, Err(Error::Cancelled));
        let Sample { latencies, errors, paced, .. } = samples.sample();
        assert_eq!((latencies.len(), paced.unwrap().skipped, errors.len()), (0, 2, 1));
    }
}
