//! The started downloads, and their ends.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use photo::{Error, Photo};
use photo_tests::Outcome;

use crate::TIMEOUT;

/// The delay with which a cancelled download may end. Its timeout would end it later than that.
const LATE: Duration = Duration::from_millis(500);

/// The delay with which a download may end after its timeout. Without that, a drip of the server lasts longer.
const TIMED_OUT_LATE: Duration = Duration::from_secs(2);

/// The interval at which the watch checks its own delay.
const TICK: Duration = Duration::from_millis(5);

/// All downloads of a run. Clones share it.
#[derive(Clone)]
pub(crate) struct Ledger {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    book: Mutex<Book>,
    watch: Mutex<Watch>,
    closed: AtomicBool,
}

#[derive(Default)]
struct Book {
    begun: u32,
    ended: BTreeMap<String, u32>,
    latest: Duration,
    wrong: Vec<String>,
}

/// A thread that only sleeps. No download can be in time while even this one wakes too late.
struct Watch {
    /// The total time by which it woke too late.
    lost: Duration,
    asleep_since: Instant,
}

/// A download that has not ended. It cannot end twice, since `end` consumes it. A drop also ends it, which is correct
/// only if its user has cancelled it.
pub(crate) struct Pending {
    ledger: Ledger,
    what: String,
    started: Instant,
    lost_before: Duration,
    cancelling: Cancelling,
    ended: bool,
}

/// A note that a download is cancelled, with the time.
#[derive(Clone, Default)]
pub(crate) struct Cancelling(Arc<Mutex<Option<Instant>>>);

impl Ledger {
    pub(crate) fn new() -> Self {
        let shared = Arc::<Shared>::default();
        let watched = Arc::clone(&shared);
        thread::spawn(move || {
            while !watched.closed.load(Relaxed) {
                thread::sleep(TICK);
                watched.watch.lock().unwrap().wake();
            }
        });
        Self { shared }
    }

    /// Records the start of a download.
    pub(crate) fn begin(&self, what: &str) -> Pending {
        self.book().begun += 1;
        Pending {
            ledger: self.clone(),
            what: what.to_owned(),
            started: Instant::now(),
            lost_before: self.lost(),
            cancelling: Cancelling::default(),
            ended: false,
        }
    }

    /// Ends the watch, which is a thread too.
    pub(crate) fn close(&self) {
        self.shared.closed.store(true, Relaxed);
    }

    /// The number of downloads with each outcome.
    pub(crate) fn summary(&self) -> String {
        let book = self.book();
        let mut text = format!("{} downloads, at most {} ms late:", book.begun, book.latest.as_millis());
        for (how, count) in &book.ended {
            write!(text, " {how} {count}").unwrap();
        }
        text
    }

    pub(crate) fn assert_all_ended_once_and_in_time(&self) {
        let book = self.book();
        assert!(book.wrong.is_empty(), "{}", book.wrong.join("\n"));
        assert_eq!(book.ended.values().sum::<u32>(), book.begun, "some have not ended");
        assert!(book.begun > 50, "only {} downloads", book.begun);
    }

    /// The time lost until now.
    fn lost(&self) -> Duration {
        self.shared.watch.lock().unwrap().lost()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.shared.book.lock().unwrap()
    }
}

impl Watch {
    /// The time lost until now, including the delay of the present sleep.
    fn lost(&self) -> Duration {
        self.lost + self.asleep_since.elapsed().saturating_sub(TICK)
    }

    fn wake(&mut self) {
        *self = Self { lost: self.lost(), asleep_since: Instant::now() };
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self { lost: Duration::ZERO, asleep_since: Instant::now() }
    }
}

impl Pending {
    pub(crate) fn cancelling(&self) -> Cancelling {
        self.cancelling.clone()
    }

    /// Records the result.
    pub(crate) fn end(mut self, result: &Result<Photo, Error>) {
        self.note(&format!("{:?}", Outcome::of(result)), true);
    }

    fn note(&mut self, how: &str, is_good: bool) {
        self.ended = true;
        let deadline = self.started + TIMEOUT;
        let cancelled = self.cancelling.at().filter(|cancelled| *cancelled < deadline);
        let (due, limit) = cancelled.map_or((deadline, TIMED_OUT_LATE), |cancelled| (cancelled, LATE));
        let late = due.elapsed();
        let lost = self.ledger.lost().saturating_sub(self.lost_before);
        // The delay counts twice, because a working thread is delayed more than a sleeping one.
        let late = late.saturating_sub(2 * lost);
        let mut book = self.ledger.book();
        *book.ended.entry(how.to_owned()).or_default() += 1;
        book.latest = book.latest.max(late);
        if !is_good || late > limit {
            book.wrong.push(format!("{how}, {late:?} late: {}", self.what));
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.ended {
            let is_given_up = self.cancelling.at().is_some();
            self.note("dropped", is_given_up);
        }
    }
}

impl Cancelling {
    /// Records the cancelling; call it just before.
    pub(crate) fn now(&self) {
        self.0.lock().unwrap().get_or_insert_with(Instant::now);
    }

    fn at(&self) -> Option<Instant> {
        *self.0.lock().unwrap()
    }
}
