//! Worker threads for what would hold up the event loop: name resolution, files, long computations.

use std::collections::VecDeque;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::{io, thread};

/// Most threads at once, as many as libuv has by default: they are for waiting, not for computing power.
const MAX_WORKERS: usize = 4;

/// A few threads that do work of any kind; its results, of type `R`, are collected by the event loop.
///
/// Threads are started when there is work and none is free, and end when this is dropped and they have finished what
/// they are doing; nobody waits for that, because a resolver may be stuck for long.
pub(crate) struct Workers<R> {
    queue: Arc<Queue<R>>,
    results: Receiver<R>,
    report: Sender<R>,
    waker: Arc<mio::Waker>,
}

type Work<R> = Box<dyn FnOnce() -> R + Send>;

struct Queue<R> {
    state: Mutex<State<R>>,
    work_or_end: Condvar,
}

struct State<R> {
    work: VecDeque<Work<R>>,
    workers: usize,
    free: usize,
    ended: bool,
}

impl<R: Send + 'static> Workers<R> {
    /// Results are announced through `waker`.
    pub(crate) fn new(waker: Arc<mio::Waker>) -> Self {
        let (report, results) = mpsc::channel();
        let state = State { work: VecDeque::new(), workers: 0, free: 0, ended: false };
        let queue = Queue { state: Mutex::new(state), work_or_end: Condvar::new() };
        Self { queue: Arc::new(queue), results, report, waker }
    }

    /// Has `work` done by a worker.
    ///
    /// # Errors
    ///
    /// Hands the work back if there is no worker and the operating system refuses to start one.
    pub(crate) fn submit(&self, work: Work<R>) -> Result<(), (Work<R>, io::Error)> {
        let mut state = self.queue.lock();
        if state.free <= state.work.len() && state.workers < MAX_WORKERS {
            match self.start_worker() {
                Ok(()) => state.workers += 1,
                Err(error) if state.workers == 0 => return Err((work, error)),
                Err(_) => {} // the ones there are will come to it
            }
        }
        state.work.push_back(work);
        self.queue.work_or_end.notify_one();
        Ok(())
    }

    /// The results since the last call.
    pub(crate) fn results(&self) -> impl Iterator<Item = R> {
        self.results.try_iter()
    }

    fn start_worker(&self) -> io::Result<()> {
        let queue = Arc::clone(&self.queue);
        let report = self.report.clone();
        let waker = Arc::clone(&self.waker);
        let builder = thread::Builder::new().name("photo-worker".into());
        builder.spawn(move || {
            while let Some(work) = queue.next() {
                // Without a receiver the client is gone, and with it whoever wanted to know.
                if report.send(work()).is_err() || waker.wake().is_err() {
                    break;
                }
            }
        })?;
        Ok(())
    }
}

impl<R> Queue<R> {
    /// Waits for work; none is left when the client is gone.
    fn next(&self) -> Option<Work<R>> {
        let mut state = self.lock();
        state.free += 1;
        loop {
            if state.ended {
                return None;
            }
            if let Some(work) = state.work.pop_front() {
                state.free -= 1;
                return Some(work);
            }
            state = self.work_or_end.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R> Drop for Workers<R> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.ended = true;
        let unwanted = std::mem::take(&mut state.work);
        drop(state);
        self.queue.work_or_end.notify_all();
        drop(unwanted);
    }
}
