//! Worker threads for work that would delay the event loop: name resolution, files, long computations.

use std::collections::VecDeque;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, thread};

/// Threads that do work of any kind; the event loop collects the results, of type `R`.
///
/// A thread is started if there is work and no thread is free. After a drop, each thread ends with its present work;
/// nothing waits for that, because a resolver may hang for long.
pub(crate) struct Workers<R> {
    threads: Threads,
    queue: Arc<Queue<R>>,
    results: Receiver<R>,
    report: Sender<R>,
    waker: Arc<mio::Waker>,
}

/// The threads of [`Workers`].
pub(crate) struct Threads {
    pub(crate) name: &'static str,
    /// Most threads at once.
    pub(crate) most: usize,
    /// The stack of each, in bytes; `None` is the default.
    pub(crate) stack: Option<usize>,
    /// Time after which a thread without work ends.
    pub(crate) max_idle: Duration,
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
    /// Starts no thread yet; `threads` will announce results through `waker`.
    pub(crate) fn new(threads: Threads, waker: Arc<mio::Waker>) -> Self {
        let (report, results) = mpsc::channel();
        let state = State { work: VecDeque::new(), workers: 0, free: 0, ended: false };
        let queue = Queue { state: Mutex::new(state), work_or_end: Condvar::new() };
        Self { threads, queue: Arc::new(queue), results, report, waker }
    }

    /// Queues `work` for a worker.
    ///
    /// # Errors
    ///
    /// Returns the work if there is no worker and the operating system refuses to start one.
    pub(crate) fn submit(&self, work: Work<R>) -> Result<(), (Work<R>, io::Error)> {
        let mut state = self.queue.lock();
        if state.free <= state.work.len() && state.workers < self.threads.most {
            match self.start_worker() {
                Ok(()) => state.workers += 1,
                Err(error) if state.workers == 0 => return Err((work, error)),
                Err(_) => {} // an existing worker will take it
            }
        }
        state.work.push_back(work);
        self.queue.work_or_end.notify_one();
        Ok(())
    }

    /// The next result, if there is one.
    pub(crate) fn result(&self) -> Option<R> {
        self.results.try_recv().ok()
    }

    fn start_worker(&self) -> io::Result<()> {
        let queue = Arc::clone(&self.queue);
        let report = self.report.clone();
        let waker = Arc::clone(&self.waker);
        let Threads { name, stack, max_idle, .. } = self.threads;
        let named = thread::Builder::new().name(name.into());
        let builder = match stack {
            Some(stack) => named.stack_size(stack),
            None => named,
        };
        builder.spawn(move || {
            while let Some(work) = queue.next(max_idle) {
                // An error means that the client is gone.
                if report.send(work()).is_err() || waker.wake().is_err() {
                    break;
                }
            }
        })?;
        Ok(())
    }
}

impl<R> Queue<R> {
    /// Waits for work; `None` ends the thread: there was no work for `max_idle`, or the client is gone.
    fn next(&self, max_idle: Duration) -> Option<Work<R>> {
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
            let waited = self.work_or_end.wait_timeout(state, max_idle);
            let (locked, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = locked;
            if timeout.timed_out() && state.work.is_empty() {
                state.free -= 1;
                state.workers -= 1;
                return None;
            }
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

#[cfg(test)]
mod tests {
    use mio::{Poll, Token};

    use super::*;

    #[test]
    fn a_worker_without_work_ends_and_the_next_work_starts_another() {
        let poll = Poll::new().unwrap();
        let waker = mio::Waker::new(poll.registry(), Token(0)).unwrap();
        let threads = Threads { name: "worker", most: 1, stack: None, max_idle: Duration::ZERO };
        let workers: Workers<&str> = Workers::new(threads, Arc::new(waker));
        workers.queue.lock().workers = 1; // this thread
        assert!(workers.queue.next(Duration::from_millis(1)).is_none());
        let (left, free) = {
            let state = workers.queue.lock();
            (state.workers, state.free)
        };
        assert_eq!((left, free), (0, 0));
        assert!(workers.submit(Box::new(|| "done")).is_ok());
        assert_eq!(workers.results.recv_timeout(Duration::from_secs(10)), Ok("done"));
    }
}
