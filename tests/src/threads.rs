//! Threads that begin together, and the load that they make by blocking downloads.

use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::{iter, thread};

use photo::{Error, Photo};

use crate::Feed;

/// Does each of `work` on its own thread, and returns when all have ended.
///
/// When all threads are there, `begin` is called, and only then do they begin: starting thousands of threads takes as
/// long as some of the work, which would meanwhile be done by those that are there already.
pub fn in_threads<W: FnOnce() + Send, B>(work: impl Iterator<Item = W>, begin: impl FnOnce() -> B) {
    let (gate, arrived) = (RwLock::new(()), AtomicUsize::new(0));
    thread::scope(|scope| {
        let closed = gate.write();
        let mut started = 0;
        for work in work {
            let (gate, arrived) = (&gate, &arrived);
            scope.spawn(move || {
                arrived.fetch_add(1, Relaxed);
                drop(gate.read());
                work();
            });
            started += 1;
        }
        while arrived.load(Relaxed) < started {
            thread::yield_now();
        }
        begin();
        drop(closed);
    });
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
    use super::*;

    #[test]
    fn nobody_begins_before_all_are_there() {
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
