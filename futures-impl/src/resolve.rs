//! The addresses of a host name.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use futures::channel::oneshot::{self, Sender};
use photo::{Config, Error, Lookups, Origin};

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
type Waiting = Sender<Resolved>;

impl Resolver {
    pub(crate) fn new() -> Self {
        Self::with(ask_system, MAX_THREADS)
    }

    fn with(look_up: fn(&Origin) -> Resolved, max_threads: usize) -> Self {
        let state = State { lookups: Lookups::new(|download| !download.is_canceled()), threads: 0 };
        Self { shared: Arc::new(Shared { state: Mutex::new(state), max_threads, look_up }) }
    }

    /// The addresses of `origin`, at least one, in the order of the attempts.
    pub(crate) async fn resolve(&self, origin: &Origin, config: &Config) -> Resolved {
        if let Some(known) = origin.addresses(config) {
            return known;
        }
        let (sender, answer) = oneshot::channel();
        self.look_up(origin, sender)?;
        answer.await.expect("a thread answers all that wait")
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
            for download in waiting {
                let _ = download.send(resolved.clone());
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

    use futures::FutureExt;

    use futures::future::join_all;
    use photo::Target;
    use smol::block_on;

    use super::*;

    fn origin(host: &str) -> Origin {
        Target::parse(&format!("http://{host}/")).unwrap().origin().clone()
    }

    fn resolve(resolver: &Resolver, host: &str) -> Resolved {
        block_on(resolver.resolve(&origin(host), &Config::default()))
    }

    /// Gives up like a download: polls once, and drops the future.
    fn give_up(resolver: &Resolver, host: &str) {
        let origin = origin(host);
        assert!(resolver.resolve(&origin, &Config::default()).now_or_never().is_none());
    }

    fn hang_unless_good(origin: &Origin) -> Resolved {
        if origin.host() != "good.test" {
            thread::sleep(Duration::from_mins(1));
        }
        origin.resolved(Ok(vec![([127, 0, 0, 1], 80).into()]))
    }

    #[test]
    fn an_address_needs_no_resolver() {
        let resolver = Resolver::with(hang_unless_good, 0);
        for (host, address) in [("127.0.0.1", "127.0.0.1:80"), ("[::1]:8", "[::1]:8")] {
            let found = resolve(&resolver, host);
            assert_eq!(found.unwrap(), [address.parse().unwrap()]);
        }
    }

    #[test]
    fn a_name_is_looked_up() {
        let addresses = resolve(&Resolver::new(), "localhost:81").unwrap();
        let is_ours = |address: &SocketAddr| address.ip().is_loopback() && address.port() == 81;
        assert!(addresses.iter().all(is_ours), "{addresses:?}");
    }

    #[test]
    fn a_failure_names_the_host() {
        let fail = |origin: &Origin| origin.resolved(Err(io::ErrorKind::NotFound.into()));
        let error = resolve(&Resolver::with(fail, 1), "a.test").unwrap_err();
        assert!(matches!(&error, Error::Resolve { host, .. } if **host == *"a.test"), "{error}");
    }

    #[test]
    fn hanging_names_block_no_good_one() {
        let resolver = Resolver::with(hang_unless_good, MAX_THREADS);
        (0..600).for_each(|i| give_up(&resolver, &format!("hanging{i}.test")));
        let start = Instant::now();
        assert!(resolve(&resolver, "good.test").is_ok());
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
        let (origin, config) = (origin("a.test"), Config::default());
        block_on(join_all((0..20).map(|_| resolver.resolve(&origin, &config))));
        assert_eq!(LOOKUPS.load(Relaxed), 1);
    }
}
