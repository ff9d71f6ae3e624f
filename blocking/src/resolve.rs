//! From a host name to addresses.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;

use photo::{Error, Origin, Phase};

use crate::CancelToken;
use crate::cancel::{self, Interrupt};
use crate::connection::IoDeadline;

/// Most look-ups at once. A look-up cannot be stopped and keeps its thread until the system's resolver gives up, so
/// this is enough for hundreds of hanging names and a good one.
const MAX_THREADS: usize = 1024;

/// Enough for the C library's resolver and its plug-ins, which keep their buffers on the stack.
const STACK: usize = 512 << 10;

/// The addresses of a host, at least one.
pub(crate) type Resolved = Result<Vec<SocketAddr>, Error>;

/// Looks up hosts on its own threads, because the system's resolver knows no deadline and cannot be interrupted: each
/// host once for all that wait for it. A thread whose answer is not wanted any more is left to itself.
pub(crate) struct Resolver {
    shared: Arc<Shared>,
}

struct Shared {
    lookups: Mutex<Lookups>,
    max_threads: usize,
    look_up: fn(&Origin) -> Resolved,
}

#[derive(Default)]
struct Lookups {
    waiting: HashMap<Origin, Vec<Waiting>>,
    /// Look-ups that wait for a thread.
    queue: VecDeque<Origin>,
    threads: usize,
}

/// A download that waits, as long as it does.
type Waiting = Weak<Sender<Option<Resolved>>>;

impl Resolver {
    pub(crate) fn new() -> Self {
        Self::with(ask_system, MAX_THREADS)
    }

    fn with(look_up: fn(&Origin) -> Resolved, max_threads: usize) -> Self {
        Self { shared: Arc::new(Shared { lookups: Mutex::default(), max_threads, look_up }) }
    }

    /// The addresses of `origin`, at least one, in the order in which they are to be tried.
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

    /// Has `sender` get the answer, unless it is gone by then.
    fn look_up(&self, origin: &Origin, sender: Waiting) -> Result<(), Error> {
        let mut lookups = self.shared.lookups();
        if let Some(waiting) = lookups.waiting.get_mut(origin) {
            if waiting.len() == waiting.capacity() {
                waiting.retain(still_waits);
            }
            waiting.push(sender);
            return Ok(());
        }
        if lookups.threads < self.shared.max_threads {
            let shared = Arc::clone(&self.shared);
            let thread = thread::Builder::new().name("photo-resolve".into()).stack_size(STACK);
            match thread.spawn(move || shared.work()) {
                Ok(_) => lookups.threads += 1,
                Err(error) if lookups.threads == 0 => return Err(Error::resolve(origin, error)),
                Err(_) => {} // one of the other threads does it
            }
        }
        lookups.enqueue(origin, sender);
        Ok(())
    }
}

impl Shared {
    /// What each thread does, until no look-up waits for one.
    fn work(&self) {
        while let Some(origin) = self.next() {
            let resolved = (self.look_up)(&origin);
            let waiting = self.lookups().waiting.remove(&origin).unwrap_or_default();
            for sender in waiting.iter().filter_map(Weak::upgrade) {
                let _ = sender.send(Some(resolved.clone()));
            }
        }
    }

    fn next(&self) -> Option<Origin> {
        let mut lookups = self.lookups();
        while let Some(origin) = lookups.queue.pop_front() {
            if lookups.is_wanted(&origin) {
                return Some(origin);
            }
        }
        lookups.threads -= 1;
        None
    }

    fn lookups(&self) -> MutexGuard<'_, Lookups> {
        self.lookups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lookups {
    /// Room is made before more is taken, so that downloads that have given up do not add up.
    fn enqueue(&mut self, origin: &Origin, sender: Waiting) {
        if self.queue.len() == self.queue.capacity() {
            for origin in std::mem::take(&mut self.queue) {
                if self.is_wanted(&origin) {
                    self.queue.push_back(origin);
                }
            }
        }
        self.queue.push_back(origin.clone());
        self.waiting.insert(origin.clone(), vec![sender]);
    }

    /// Whether a download still waits for a look-up. One that none waits for is forgotten.
    fn is_wanted(&mut self, origin: &Origin) -> bool {
        let is_wanted = self.waiting.get(origin).is_some_and(|waiting| waiting.iter().any(still_waits));
        if !is_wanted {
            self.waiting.remove(origin);
        }
        is_wanted
    }
}

fn still_waits(waiting: &Waiting) -> bool {
    waiting.strong_count() > 0
}

fn ask_system(origin: &Origin) -> Resolved {
    origin.resolved((origin.host(), origin.port()).to_socket_addrs().map(Iterator::collect))
}

/// No answer is an answer too.
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
mod tests;
