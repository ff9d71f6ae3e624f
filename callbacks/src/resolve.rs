//! The addresses of a host name.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use photo::{Config, Error, Lookups, Origin};

use crate::offload::{Threads, Workers};

/// Most look-ups at once. A look-up cannot be stopped and keeps its thread until the system's resolver gives up, so
/// this is enough for hundreds of hanging names and a good one.
const MAX_THREADS: usize = 1024;

/// Stack size for the C library's resolver and its plug-ins, which keep their buffers on the stack.
const STACK: usize = 512 << 10;

/// The addresses of a host, at least one.
pub(crate) type Resolved = Result<Vec<SocketAddr>, Error>;

/// Looks up hosts on its own threads, because the system's resolver has no deadline and cannot be interrupted. All
/// keys, of type `K`, that wait for a host share one look-up. A thread is abandoned if no download waits for its answer.
pub(crate) struct Resolver<K> {
    lookups: Lookups<K>,
    running: usize,
    threads: Workers<(Origin, Resolved)>,
    answers: VecDeque<(K, Resolved)>,
    config: Arc<Config>,
}

impl<K: Copy + PartialEq> Resolver<K> {
    pub(crate) fn new(config: Arc<Config>, waker: Arc<mio::Waker>) -> Self {
        let (name, max_idle) = ("photo-resolve", Duration::ZERO);
        let threads = Threads { name, most: MAX_THREADS, stack: Some(STACK), max_idle };
        Self {
            lookups: Lookups::new(|_| true),
            running: 0,
            threads: Workers::new(threads, waker),
            answers: VecDeque::new(),
            config,
        }
    }

    /// Looks up the host of `origin`; the answer comes later.
    pub(crate) fn resolve(&mut self, origin: &Origin, key: K) {
        self.lookups.ask(origin, key);
        self.start_queued();
    }

    /// Drops the answer to `key`. A look-up that no other key waits for leaves the queue.
    pub(crate) fn forget(&mut self, origin: &Origin, key: K) {
        self.lookups.forget(origin, |waiting| *waiting == key);
    }

    /// Collects the results of the threads.
    pub(crate) fn collect(&mut self) {
        while let Some((origin, resolved)) = self.threads.result() {
            self.running -= 1;
            self.answer(&origin, &resolved);
        }
        self.start_queued();
    }

    pub(crate) fn has_answers(&self) -> bool {
        !self.answers.is_empty()
    }

    pub(crate) fn next_answer(&mut self) -> Option<(K, Resolved)> {
        self.answers.pop_front()
    }

    fn start_queued(&mut self) {
        while self.running < MAX_THREADS
            && let Some(origin) = self.lookups.start_next()
        {
            let (config, asked) = (Arc::clone(&self.config), origin.clone());
            let work = move || {
                let resolved = asked.look_up(&config);
                (asked, resolved)
            };
            match self.threads.submit(Box::new(work)) {
                Ok(()) => self.running += 1,
                Err((_, error)) => self.answer(&origin, &Err(Error::resolve(&origin, error))),
            }
        }
    }

    fn answer(&mut self, origin: &Origin, resolved: &Resolved) {
        let waiting = self.lookups.end(origin);
        self.answers.extend(waiting.into_iter().map(|key| (key, resolved.clone())));
    }
}
