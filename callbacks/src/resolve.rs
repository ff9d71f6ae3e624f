//! The addresses of a host name.

use std::collections::VecDeque;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use photo::{Error, Lookups, Origin};

use crate::offload::Workers;

/// Most look-ups at once. A look-up cannot be stopped and keeps its thread until the system's resolver gives up, so
/// this is enough for hundreds of hanging names and a good one.
const MAX_THREADS: usize = 1024;

/// The addresses of a host, at least one.
pub(crate) type Resolved = Result<Vec<SocketAddr>, Error>;

/// Looks up hosts on its own threads, because the system's resolver blocks. All keys, of type `K`, that wait for a
/// host share one look-up.
pub(crate) struct Resolver<K> {
    lookups: Lookups<K>,
    running: usize,
    max_running: usize,
    threads: Workers<(Origin, Resolved)>,
    answers: VecDeque<(K, Resolved)>,
    look_up: fn(&Origin) -> Resolved,
}

impl<K: Copy + PartialEq> Resolver<K> {
    pub(crate) fn new(waker: Arc<mio::Waker>) -> Self {
        Self::with(ask_system, MAX_THREADS, waker)
    }

    fn with(look_up: fn(&Origin) -> Resolved, max_running: usize, waker: Arc<mio::Waker>) -> Self {
        Self {
            lookups: Lookups::new(|_| true),
            running: 0,
            max_running,
            threads: Workers::new(max_running, waker),
            answers: VecDeque::new(),
            look_up,
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
        while self.running < self.max_running
            && let Some(origin) = self.lookups.start_next()
        {
            let (look_up, asked) = (self.look_up, origin.clone());
            let work = move || {
                let resolved = look_up(&asked);
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

fn ask_system(origin: &Origin) -> Resolved {
    origin.resolved((origin.host(), origin.port()).to_socket_addrs().map(Iterator::collect))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    use mio::{Events, Poll, Token};
    use photo::Target;

    use super::*;

    struct Loop {
        poll: Poll,
        resolver: Resolver<u32>,
    }

    impl Loop {
        fn new(look_up: fn(&Origin) -> Resolved, max: usize) -> Self {
            let poll = Poll::new().unwrap();
            let waker = mio::Waker::new(poll.registry(), Token(0)).unwrap();
            Self { poll, resolver: Resolver::with(look_up, max, Arc::new(waker)) }
        }

        /// The next answer, or `None` after 100 ms.
        fn answer(&mut self) -> Option<u32> {
            let end = Instant::now() + Duration::from_millis(100);
            while !self.resolver.has_answers() && Instant::now() < end {
                self.poll.poll(&mut Events::with_capacity(1), Some(Duration::from_millis(10))).unwrap();
                self.resolver.collect();
            }
            self.resolver.next_answer().map(|(key, _)| key)
        }
    }

    fn origin(host: &str) -> Origin {
        Target::parse(&format!("http://{host}/")).unwrap().origin().clone()
    }

    fn hang_unless_good(origin: &Origin) -> Resolved {
        if origin.host() != "good.test" {
            thread::sleep(Duration::from_mins(1));
        }
        origin.resolved(Ok(vec![([127, 0, 0, 1], 80).into()]))
    }

    #[test]
    fn hanging_names_block_no_good_one() {
        let mut names = Loop::new(hang_unless_good, MAX_THREADS);
        for i in 0..600 {
            let hanging = origin(&format!("hanging{i}.test"));
            names.resolver.resolve(&hanging, i);
            names.resolver.forget(&hanging, i);
        }
        names.resolver.resolve(&origin("good.test"), 1000);
        assert_eq!((0..50).find_map(|_| names.answer()), Some(1000));
    }

    #[test]
    fn a_host_is_looked_up_once_for_all_that_wait() {
        static LOOKUPS: AtomicUsize = AtomicUsize::new(0);
        let slow = |origin: &Origin| {
            LOOKUPS.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(50));
            origin.resolved(Ok(vec![([127, 0, 0, 1], 80).into()]))
        };
        let mut names = Loop::new(slow, 8);
        for key in [1, 2, 3] {
            names.resolver.resolve(&origin("a.test"), key);
        }
        names.resolver.forget(&origin("a.test"), 2);
        let answers: Vec<_> = (0..50).filter_map(|_| names.answer()).take(2).collect();
        assert_eq!((answers, LOOKUPS.load(Ordering::Relaxed)), (vec![1, 3], 1));
    }

    #[test]
    fn a_name_that_hangs_takes_one_thread_however_often_it_is_tried() {
        let mut names = Loop::new(hang_unless_good, 2);
        for key in 0..100 {
            names.resolver.resolve(&origin("hanging.test"), key);
            names.resolver.forget(&origin("hanging.test"), key);
        }
        assert_eq!(names.resolver.running, 1);
        names.resolver.resolve(&origin("good.test"), 100);
        assert_eq!((0..50).find_map(|_| names.answer()), Some(100));
    }

    #[test]
    fn a_look_up_that_nothing_waits_for_leaves_the_queue() {
        let mut names = Loop::new(hang_unless_good, 1);
        names.resolver.resolve(&origin("hanging.test"), 0);
        for key in 1..100 {
            let name = origin(&format!("queued{key}.test"));
            names.resolver.resolve(&name, key);
            names.resolver.forget(&name, key);
        }
        assert_eq!(names.resolver.lookups.start_next(), None);
        assert_eq!(names.answer(), None);
    }
}
