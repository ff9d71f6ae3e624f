//! Downloads under load: the source of the next one, and the receiver of its result.

use std::time::{Duration, Instant};

use photo::{Error, Photo};

/// A load. Any number of threads, chains of callbacks or tasks take turns from it until no more are left.
pub trait Feed: Send + Sync {
    /// Called when all threads, callbacks or tasks exist, before the first turn.
    fn begin(&self) {}

    /// The first turn of a thread, chain or task; `None` if no more downloads are wanted.
    fn first(&self) -> Option<Turn> {
        self.next()
    }

    /// The turn after one that has ended; `None` if no more downloads are wanted.
    fn next(&self) -> Option<Turn>;

    /// Called when the time of the turn has come, right before its download.
    fn start(&self, _turn: &mut Turn) {}

    /// Receives the result of the turn's download.
    fn done(&self, turn: &Turn, result: Result<Photo, Error>);
}

/// The permission to do one download.
#[derive(Debug)]
pub struct Turn {
    /// The place of the download among all, counted from 0.
    pub index: usize,
    /// The time from which the download's latency counts.
    pub started: Instant,
    /// The time to wait for before the download starts; `None` starts it now.
    pub at: Option<Instant>,
}

impl Turn {
    /// A turn that starts now.
    pub fn now(index: usize) -> Self {
        Self { index, started: Instant::now(), at: None }
    }

    /// The time left until the download starts; `None` if it starts now.
    pub fn wait(&self) -> Option<Duration> {
        self.at?.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
    }
}

/// An observer of the start and the end of many waits.
pub trait WaitObserver: Send + Sync {
    /// Called when one more wait is pending.
    fn pending(&self);

    /// Called when one more wait has ended.
    fn ended(&self);
}
