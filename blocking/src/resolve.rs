//! The addresses of a host name.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;

use photo::{Error, Lookups, Origin, Phase};

use crate::CancelToken;
use crate::cancel::{self, Interrupt};
use crate::connection::IoDeadline;

/// Most look-ups at once. A look-up cannot be stopped and keeps its thread until the system's resolver gives up, so
/// this is enough for hundreds of hanging names and a good one.
const MAX_THREADS: usize = 1024;

/// Stack size for the C library's resolver and its plug-ins, which keep their buffers on the stack.
const STACK: usize = 512 << 10;

/// The addresses of a host, at least one.
pub(crate) type Resolved = Result<Vec<SocketAddr>, Error>;

/// Looks up hosts on its own threads, because the system's resolver has no deadline and cannot be interrupted. All
/// downloads that wait for a host share one look-up. A thread is abandoned if no download waits for its answer.
pub(crate) struct Resolver {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    max_threads: usize,
    look_up: fn(&Origin) -> Resolved,
}

struct State {
    lookups: Lookups<Waiting>,
    threads: usize,
}

/// A waiting download; it is gone once the download gives up.
type Waiting = Weak<Sender<Option<Resolved>>>;

impl Resolver {
    pub(crate) fn new() -> Self {
        Self::with(ask_system, MAX_THREADS)
    }

    fn with(look_up: fn(&Origin) -> Resolved, max_threads: usize) -> Self {
        let state = State { lookups: Lookups::new(|download| download.strong_count() > 0), threads: 0 };
        Self { shared: Arc::new(Shared { state: Mutex::new(state), max_threads, look_up }) }
    }

    /// The addresses of `origin`, at least one, in the order of the attempts.
    pub(crate) fn resolve(
        &self,
        origin: &Origin,
        deadline: &mut IoDeadline,
        token: Option<&CancelToken>,
    ) -> Resolved {
        deadline.phase = Phase::Resolve;
        if let Some(known) = origin.addresses(deadline.config()) {
            return known;
        }
        let (sender, answer) = mpsc::channel();
        let sender = Arc::new(sender);
        let _guard = cancel::guard(token, &sender)?;
        self.look_up(origin, Arc::downgrade(&sender))?;
        match answer.recv_timeout(deadline.left()) {
            Ok(Some(resolved)) => resolved,
            Ok(None) => Err(Error::Cancelled),
            Err(_) => Err(deadline.error()),
        }
    }

    /// Looks up `origin` for `download`, which gets the answer unless it has given up.
    fn look_up(&self, origin: &Origin, download: Waiting) -> Result<(), Error> {
        let mut state = self.shared.state();
        if !state.lookups.ask(origin, download) || state.threads == self.shared.max_threads {
            return Ok(());
        }
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new().name("photo-resolve".into()).stack_size(STACK);
        match thread.spawn(move || shared.work()) {
            Ok(_) => state.threads += 1,
            Err(error) if state.threads == 0 => {
                state.lookups.end(origin);
                return Err(Error::resolve(origin, error));
            }
            Err(_) => {} // one of the other threads takes it
        }
        Ok(())
    }
}

impl Shared {
    /// The loop of each thread, until no look-up waits for one.
    fn work(&self) {
        while let Some(origin) = self.next() {
            let resolved = (self.look_up)(&origin);
            let waiting = self.state().lookups.end(&origin);
            for download in waiting.iter().filter_map(Weak::upgrade) {
                let _ = download.send(Some(resolved.clone()));
            }
        }
    }

    fn next(&self) -> Option<Origin> {
        let mut state = self.state();
        let next = state.lookups.start_next();
        state.threads -= usize::from(next.is_none());
        next
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ask_system(origin: &Origin) -> Resolved {
    origin.resolved((origin.host(), origin.port()).to_socket_addrs().map(Iterator::collect))
}

/// Interrupts the wait by sending no answer.
impl<T: Send + 'static> Interrupt for Sender<Option<T>> {
    fn interrupt(&self) {
        let _ = self.send(None);
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::time::{Duration, Instant};

    use photo::{Config, Target};

    use super::*;

    fn origin(host: &str) -> Origin {
        Target::parse(&format!("http://{host}/")).unwrap().origin().clone()
    }

    fn resolve(resolver: &Resolver, host: &str, config: Config, token: Option<&CancelToken>) -> Resolved {
        let mut deadline = IoDeadline::new(&Arc::new(config), Instant::now());
        resolver.resolve(&origin(host), &mut deadline, token)
    }

    fn hang_unless_good(origin: &Origin) -> Resolved {
        if origin.host() != "good.test" {
            thread::sleep(Duration::from_mins(1));
        }
        origin.resolved(Ok(vec![([127, 0, 0, 1], 80).into()]))
    }

    fn hasty() -> Config {
        Config::default().connect_timeout(Duration::from_millis(5))
    }

    #[test]
    fn an_address_needs_no_resolver() {
        let resolver = Resolver::with(hang_unless_good, 0);
        for (host, address) in [("127.0.0.1", "127.0.0.1:80"), ("[::1]:8", "[::1]:8")] {
            let found = resolve(&resolver, host, hasty(), None);
            assert_eq!(found.unwrap(), [address.parse().unwrap()]);
        }
    }

    #[test]
    fn a_name_is_looked_up() {
        let addresses = resolve(&Resolver::new(), "localhost:81", Config::default(), None).unwrap();
        let is_ours = |address: &SocketAddr| address.ip().is_loopback() && address.port() == 81;
        assert!(addresses.iter().all(is_ours), "{addresses:?}");
    }

    #[test]
    fn a_failure_names_the_host() {
        let fail = |origin: &Origin| origin.resolved(Err(io::ErrorKind::NotFound.into()));
        let error = resolve(&Resolver::with(fail, 1), "a.test", Config::default(), None).unwrap_err();
        assert!(matches!(&error, Error::Resolve { host, .. } if **host == *"a.test"), "{error}");
    }

    #[test]
    fn a_name_that_hangs_times_out() {
        let start = Instant::now();
        let error = resolve(&Resolver::with(hang_unless_good, 1), "a.test", hasty(), None).unwrap_err();
        assert!(matches!(error, Error::Timeout { phase: Phase::Resolve, .. }), "{error}");
        assert!(start.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn a_name_that_hangs_can_be_cancelled() {
        let token = CancelToken::default();
        let resolver = Resolver::with(hang_unless_good, 1);
        let start = Instant::now();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| resolve(&resolver, "a.test", Config::default(), Some(&token)));
            thread::sleep(Duration::from_millis(50));
            token.cancel();
            assert!(matches!(waiting.join().unwrap(), Err(Error::Cancelled)));
        });
        assert!(start.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn hanging_names_block_no_good_one() {
        let resolver = Resolver::with(hang_unless_good, MAX_THREADS);
        thread::scope(|scope| {
            for i in 0..600 {
                let (name, resolver) = (format!("hanging{i}.test"), &resolver);
                let ask = move || assert!(resolve(resolver, &name, hasty(), None).is_err());
                thread::Builder::new().stack_size(128 << 10).spawn_scoped(scope, ask).unwrap();
            }
        });
        let start = Instant::now();
        assert!(resolve(&resolver, "good.test", Config::default(), None).is_ok());
        assert!(start.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn a_host_is_looked_up_once_for_all_that_wait() {
        static LOOKUPS: AtomicUsize = AtomicUsize::new(0);
        let slow = |origin: &Origin| {
            LOOKUPS.fetch_add(1, Relaxed);
            thread::sleep(Duration::from_millis(300));
            origin.resolved(Ok(vec![([127, 0, 0, 1], 80).into()]))
        };
        let resolver = Resolver::with(slow, 8);
        thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| resolve(&resolver, "a.test", Config::default(), None).unwrap());
            }
        });
        assert_eq!(LOOKUPS.load(Relaxed), 1);
    }
}
