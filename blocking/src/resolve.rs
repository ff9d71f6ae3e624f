//! The addresses of a host name.

use std::net::SocketAddr;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;

use photo::{Config, Error, Lookups, Origin, Phase};

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
    config: Arc<Config>,
}

struct State {
    lookups: Lookups<Waiting>,
    threads: usize,
}

/// A waiting download; it is gone once the download gives up.
type Waiting = Weak<Sender<Option<Resolved>>>;

impl Resolver {
    pub(crate) fn new(config: Arc<Config>) -> Self {
        let state = State { lookups: Lookups::new(|download| download.strong_count() > 0), threads: 0 };
        Self { shared: Arc::new(Shared { state: Mutex::new(state), config }) }
    }

    /// The addresses of `origin`, at least one, in the order of the attempts.
    pub(crate) fn resolve(
        &self,
        origin: &Origin,
        deadline: &mut IoDeadline,
        token: Option<&CancelToken>,
    ) -> Resolved {
        deadline.phase = Phase::Resolve;
        if let Some(known) = origin.addresses(&self.shared.config) {
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
        if !state.lookups.ask(origin, download) || state.threads == MAX_THREADS {
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
            let resolved = origin.look_up(&self.config);
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

/// Interrupts the wait by sending no answer.
impl<T: Send + 'static> Interrupt for Sender<Option<T>> {
    fn interrupt(&self) {
        let _ = self.send(None);
    }
}
