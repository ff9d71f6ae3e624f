//! Threads that begin together, and the loads that they make by blocking downloads.

use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::{iter, thread};

use photo::{Error, Photo};

use crate::{Arrivals, Samples};

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

/// Keeps `in_flight` threads downloading until `samples` has all it wants.
pub(crate) fn closed_loop(
    download: impl Fn() -> Result<Photo, Error> + Sync,
    in_flight: usize,
    samples: &Samples,
) {
    let work = || {
        let mut next = samples.first();
        while let Some(ticket) = next {
            samples.done(&ticket, download());
            next = samples.start();
        }
    };
    in_threads(iter::repeat_n(work, in_flight), || samples.begin());
}

/// Keeps `in_flight` threads taking arrivals, each of which is downloaded at its time.
pub(crate) fn open_loop(
    download: impl Fn() -> Result<Photo, Error> + Sync,
    in_flight: usize,
    arrivals: &Arrivals,
) {
    let work = || {
        while let Some(arrival) = arrivals.next() {
            if let Some(wait) = arrival.wait() {
                thread::sleep(wait);
            }
            let ticket = arrivals.start(arrival);
            arrivals.done(&ticket, download());
        }
    };
    in_threads(iter::repeat_n(work, in_flight), || arrivals.begin());
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
