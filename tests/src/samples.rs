//! What a closed loop measures, shared by however many threads or tasks run it.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use photo::{Error, Photo};

/// A fixed number of downloads to be done, and what became of them. Clones share it.
///
/// All memory is taken and touched at the start, and recording one download is three relaxed atomic operations. So
/// neither time nor memory of the measuring is mistaken for the style's.
#[derive(Clone)]
pub struct Samples(Arc<Inner>);

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

/// The ends of what is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// The first download is about to start.
    Begin,
    /// The last one has ended.
    End,
}

/// The permission to do one download.
#[derive(Debug)]
pub struct Ticket {
    index: usize,
    started: Instant,
}

/// What became of all downloads.
#[derive(Clone, Debug)]
pub struct Sample {
    /// From start to callback, return or ready, of each download that brought a photo. Those that were
    /// [`first`](Samples::first) count from its start.
    pub latencies: Vec<Duration>,
    /// Bytes of all photos.
    pub bytes: u64,
    /// Why the others failed.
    pub errors: Vec<Error>,
}

impl Samples {
    /// Room for `count` downloads.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self::watched(count, |_| {})
    }

    /// The same, which tells when the first one starts, and when the last one has ended, wherever that is: what comes
    /// before and after, such as starting and ending threads, is not theirs.
    #[must_use]
    pub fn watched(count: usize, watch: impl Fn(Boundary) + Send + Sync + 'static) -> Self {
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

    /// All is prepared, and the first download is about to start: for who wants to say so before it does. Returns when
    /// that was.
    pub fn begin(&self) -> Instant {
        *self.0.begun.get_or_init(|| {
            (self.0.watch)(Boundary::Begin);
            Instant::now()
        })
    }

    /// Starts the first download of one of those that are to be in flight, unless enough have been started.
    ///
    /// All of these are timed from [`begin`](Self::begin): waiting for a turn is waiting.
    #[must_use]
    pub fn first(&self) -> Option<Ticket> {
        let started = self.begin();
        self.take().map(|index| Ticket { index, started })
    }

    /// Starts one more, where another has ended, unless enough have been started.
    #[must_use]
    pub fn start(&self) -> Option<Ticket> {
        self.take().map(Ticket::now)
    }

    /// The index of one more download that is wanted.
    pub(crate) fn take(&self) -> Option<usize> {
        Some(self.0.next.fetch_add(1, Relaxed)).filter(|index| *index < self.0.latencies.len())
    }

    /// Records what became of it.
    pub fn done(&self, ticket: &Ticket, result: Result<Photo, Error>) {
        match result {
            Ok(photo) => self.arrived(ticket, photo.bytes.len()),
            Err(error) => {
                self.0.errors.lock().unwrap_or_else(PoisonError::into_inner).push(error);
                self.ended();
            }
        }
    }

    /// Records that it brought `bytes` bytes, for who downloads without making a [`Photo`].
    pub fn arrived(&self, ticket: &Ticket, bytes: usize) {
        let nanos = ticket.started.elapsed().as_nanos();
        self.0.latencies[ticket.index].store(u64::try_from(nanos).unwrap_or(u64::MAX), Relaxed);
        self.0.bytes.fetch_add(bytes as u64, Relaxed);
        self.ended();
    }

    fn ended(&self) {
        if self.0.ended.fetch_add(1, Relaxed) + 1 == self.0.latencies.len() {
            (self.0.watch)(Boundary::End);
        }
    }

    /// What has been recorded so far.
    #[must_use]
    pub fn sample(&self) -> Sample {
        Sample {
            latencies: self.nanos().filter(|nanos| *nanos > 0).map(Duration::from_nanos).collect(),
            bytes: self.0.bytes.load(Relaxed),
            errors: self.0.errors.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// How long each download took, in the order of the starts; 0 if it brought no photo.
    pub(crate) fn nanos(&self) -> impl Iterator<Item = u64> {
        self.0.latencies.iter().map(|nanos| nanos.load(Relaxed))
    }
}

impl fmt::Debug for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Samples").field("ended", &self.0.ended).finish_non_exhaustive()
    }
}

impl Ticket {
    pub(crate) fn now(index: usize) -> Self {
        Self { index, started: Instant::now() }
    }

    pub(crate) fn started(&self) -> Instant {
        self.started
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn who_had_to_wait_for_its_turn_has_waited() {
        const LONG: Duration = Duration::from_millis(50);
        let samples = Samples::new(3);
        samples.begin();
        thread::sleep(LONG);
        for ticket in [samples.first(), samples.first(), samples.start()] {
            samples.arrived(&ticket.unwrap(), 1);
        }
        assert!(samples.first().is_none() && samples.start().is_none());
        let latencies = samples.sample().latencies;
        assert!(latencies[0] >= LONG && latencies[1] >= LONG && latencies[2] < LONG, "{latencies:?}");
    }
}
