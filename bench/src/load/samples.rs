//! The samples of a closed loop, shared by all threads or tasks that run it.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use photo::{Error, Photo};
use photo_tests::{Feed, Turn};

use crate::system::window::Boundary;

/// A fixed number of downloads, and their results. Clones share them.
///
/// All memory is allocated and touched at the start, and recording one download takes three relaxed atomic operations.
/// So neither time nor memory of the measuring is mistaken for the style's.
#[derive(Clone)]
pub(crate) struct Samples(Arc<Inner>);

struct Inner {
    /// Called once at each end.
    watch: Box<dyn Fn(Boundary) + Send + Sync>,
    begun: OnceLock<Instant>,
    next: AtomicUsize,
    ended: AtomicUsize,
    /// Nanoseconds of each download, 0 while it has not ended.
    latencies: Box<[AtomicU64]>,
    bytes: AtomicU64,
    errors: Mutex<Vec<Error>>,
}

/// The results of all downloads.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// The time of each photo from start to callback, return or ready. A [`first`](Feed::first) download counts from
    /// the start of the loop.
    pub(crate) latencies: Vec<Duration>,
    /// Bytes of all photos.
    pub(crate) bytes: u64,
    /// The errors of the other downloads.
    pub(crate) errors: Vec<Error>,
}

impl Samples {
    /// Room for `count` downloads.
    pub(crate) fn new(count: usize) -> Self {
        Self::watched(count, |_| {})
    }

    /// Room for `count` downloads. `watch` is called before the first one starts, and when the last one has ended; so
    /// starting and ending threads is not measured.
    pub(crate) fn watched(count: usize, watch: impl Fn(Boundary) + Send + Sync + 'static) -> Self {
        // Written one by one: zeroed memory would only be touched later.
        let latencies = (0..count).map(|_| AtomicU64::new(u64::MAX)).collect::<Box<[_]>>();
        latencies.iter().for_each(|latency| latency.store(0, Relaxed));
        Self(Arc::new(Inner {
            watch: Box::new(watch),
            begun: OnceLock::new(),
            next: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
            latencies,
            bytes: AtomicU64::new(0),
            errors: Mutex::default(),
        }))
    }

    /// These samples, as a load for a style.
    pub(crate) fn feed(&self) -> Arc<dyn Feed> {
        Arc::new(self.clone())
    }

    /// The start of the first download, which is now if there was none.
    pub(crate) fn begun(&self) -> Instant {
        *self.0.begun.get_or_init(|| {
            (self.0.watch)(Boundary::Begin);
            Instant::now()
        })
    }

    /// The index of one more download that is wanted.
    pub(crate) fn take(&self) -> Option<usize> {
        Some(self.0.next.fetch_add(1, Relaxed)).filter(|index| *index < self.0.latencies.len())
    }

    /// Records a download of `bytes` bytes that no [`Photo`] was made of.
    pub(crate) fn arrived(&self, turn: &Turn, bytes: usize) {
        let nanos = turn.started.elapsed().as_nanos();
        self.0.latencies[turn.index].store(u64::try_from(nanos).unwrap_or(u64::MAX), Relaxed);
        self.0.bytes.fetch_add(bytes as u64, Relaxed);
        self.ended();
    }

    fn ended(&self) {
        if self.0.ended.fetch_add(1, Relaxed) + 1 == self.0.latencies.len() {
            (self.0.watch)(Boundary::End);
        }
    }

    /// A snapshot of the records.
    pub(crate) fn sample(&self) -> Sample {
        Sample {
            latencies: self.nanos().filter(|nanos| *nanos > 0).map(Duration::from_nanos).collect(),
            bytes: self.0.bytes.load(Relaxed),
            errors: self.0.errors.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// The latency of each download in nanoseconds, in the order of the starts; 0 if it brought no photo.
    pub(crate) fn nanos(&self) -> impl Iterator<Item = u64> {
        self.0.latencies.iter().map(|nanos| nanos.load(Relaxed))
    }
}

impl Feed for Samples {
    fn begin(&self) {
        self.begun();
    }

    /// A turn that counts from the start of the loop: waiting for a turn is waiting.
    fn first(&self) -> Option<Turn> {
        let started = self.begun();
        self.take().map(|index| Turn { index, started, at: None })
    }

    fn next(&self) -> Option<Turn> {
        self.take().map(Turn::now)
    }

    fn done(&self, turn: &Turn, result: Result<Photo, Error>) {
        match result {
            Ok(photo) => self.arrived(turn, photo.bytes.len()),
            Err(error) => {
                self.0.errors.lock().unwrap_or_else(PoisonError::into_inner).push(error);
                self.ended();
            }
        }
    }
}

impl fmt::Debug for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Samples").field("ended", &self.0.ended).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn waiting_for_a_first_turn_is_waiting() {
        const LONG: Duration = Duration::from_millis(50);
        let samples = Samples::new(3);
        samples.begin();
        thread::sleep(LONG);
        for turn in [samples.first(), samples.first(), samples.next()] {
            samples.arrived(&turn.unwrap(), 1);
        }
        assert!(samples.first().is_none() && samples.next().is_none());
        let latencies = samples.sample().latencies;
        assert!(latencies[0] >= LONG && latencies[1] >= LONG && latencies[2] < LONG, "{latencies:?}");
    }
}
