//! What a closed loop measures, shared by however many threads or tasks run it.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use photo::{Error, Photo};

/// A fixed number of downloads to be done, and what became of them. Clones share it.
///
/// All memory is taken and touched at the start, and recording one download is two relaxed atomic operations, so
/// that neither time nor memory of the measuring is mistaken for the style's.
#[derive(Clone, Debug)]
pub struct Samples(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    next: AtomicUsize,
    /// Nanoseconds of each download, 0 while it has not ended.
    latencies: Box<[AtomicU64]>,
    bytes: AtomicU64,
    errors: Mutex<Vec<Error>>,
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
    /// From start to callback, return or ready, of each download that brought a photo.
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
        // Written one by one: zeroed memory would only be touched later.
        let latencies = (0..count).map(|_| AtomicU64::new(u64::MAX)).collect::<Box<[_]>>();
        latencies.iter().for_each(|latency| latency.store(0, Relaxed));
        Self(Arc::new(Inner {
            next: AtomicUsize::new(0),
            latencies,
            bytes: AtomicU64::new(0),
            errors: Mutex::default(),
        }))
    }

    /// Starts one more download, unless enough have been started.
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
            Err(error) => self.0.errors.lock().unwrap_or_else(PoisonError::into_inner).push(error),
        }
    }

    /// Records that it brought `bytes` bytes, for who downloads without making a [`Photo`].
    pub fn arrived(&self, ticket: &Ticket, bytes: usize) {
        let nanos = ticket.started.elapsed().as_nanos();
        self.0.latencies[ticket.index].store(u64::try_from(nanos).unwrap_or(u64::MAX), Relaxed);
        self.0.bytes.fetch_add(bytes as u64, Relaxed);
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

impl Ticket {
    pub(crate) fn now(index: usize) -> Self {
        Self { index, started: Instant::now() }
    }

    pub(crate) fn started(&self) -> Instant {
        self.started
    }
}
