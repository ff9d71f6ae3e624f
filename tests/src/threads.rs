//! Threads that start together, and their load of blocking downloads.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::{iter, thread};

use photo::{Error, Photo};

use crate::Feed;

/// Runs each of `work` on its own thread, and returns when all have ended.
///
/// When all threads exist, `begin` is called, and only then do they start. Otherwise the first threads would do the
/// work while thousands of others are still being started.
pub fn in_threads<W: FnOnce() + Send, B>(work: impl Iterator<Item = W>, begin: impl FnOnce() -> B) {
    let (gate, arrived, one_more) = (RwLock::new(()), Mutex::new(0), Condvar::new());
    thread::scope(|scope| {
        let closed = gate.write();
        let mut started = 0;
        for work in work {
            let (gate, arrived, one_more) = (&gate, &arrived, &one_more);
            scope.spawn(move || {
                *lock(arrived) += 1;
                one_more.notify_one();
                drop(gate.read());
                work();
            });
            started += 1;
        }
        // The number of system calls is bounded, unlike that of a loop that yields: some tests count them.
        let all = one_more.wait_while(lock(&arrived), |arrived| *arrived < started);
        drop(all.unwrap_or_else(PoisonError::into_inner));
        begin();
        drop(closed);
    });
}

fn lock(arrived: &Mutex<usize>) -> MutexGuard<'_, usize> {
    arrived.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Downloads in `in_flight` threads, each of which takes turns of `feed`.
pub(crate) fn drive(download: impl Fn() -> Result<Photo, Error> + Sync, in_flight: usize, feed: &dyn Feed) {
    let work = || {
        let mut next = feed.first();
        while let Some(mut turn) = next {
            if let Some(wait) = turn.wait() {
                thread::sleep(wait);
            }
            feed.start(&mut turn);
            feed.done(&turn, download());
            next = feed.next();
        }
    };
    in_threads(iter::repeat_n(work, in_flight), || feed.begin());
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    #[test]
    fn no_thread_starts_before_all_exist() {
        const THREADS: usize = 100;
        let (begun, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = || {
            assert_eq!(begun.load(Relaxed), 1);
            ended.fetch_add(1, Relaxed);
        };
        in_threads((0..THREADS).map(|_| work), || {
            assert_eq!(ended.load(Relaxed), 0);
            begun.fetch_add(1, Relaxed);
        });
        assert_eq!(ended.load(Relaxed), THREADS);
    }
}
