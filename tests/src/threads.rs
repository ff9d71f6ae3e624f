//! Threads that begin together.

use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

/// Does each of `work` on a thread of its own, and returns when all have ended.
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
