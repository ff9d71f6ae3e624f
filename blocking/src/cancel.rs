//! Cancellation of a client by another thread.

use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use photo::Error;

/// Stops a client from another thread. Clones are handles to the same token.
///
/// [`Client::cancellable`](crate::Client::cancellable) returns it, together with the client that it stops.
///
/// ```
/// use photo_blocking::{Client, Error};
///
/// let (client, token) = Client::default().cancellable();
/// token.cancel(); // by any thread, at any time
/// let result = client.download("http://coolcats.com/cat.gif");
/// assert!(matches!(result, Err(Error::Cancelled)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    cancelled: AtomicBool,
    waits: Mutex<Waits>,
    /// Notified when the token is cancelled.
    changed: Condvar,
    /// Cancels this token together with its parent.
    parent: OnceLock<Guard>,
}

/// The waits in progress, each under the number that its [`Guard`] has.
#[derive(Debug, Default)]
struct Waits {
    next: u64,
    by_number: HashMap<u64, Weak<dyn Interrupt>>,
}

impl CancelToken {
    /// A token that is cancelled together with `parent`, and may be cancelled without it.
    pub(crate) fn child(parent: Option<&Self>) -> Self {
        let child = Self::default();
        match guard(parent, &child.shared) {
            Ok(Some(parent)) => _ = child.shared.parent.set(parent),
            Ok(None) => {}
            Err(_) => child.cancel(),
        }
        child
    }

    /// Ends every present and future download of the client that belongs to this token with [`Error::Cancelled`].
    ///
    /// It does not wait for them; they return within 50 ms, whatever they wait for. Their connections are closed.
    /// Another call changes nothing.
    pub fn cancel(&self) {
        self.shared.interrupt();
    }

    /// Waits until the token is cancelled, for up to `timeout`. Returns whether it is cancelled.
    ///
    /// Use it instead of `thread::sleep` if a pause must end with the work.
    pub fn wait(&self, timeout: Duration) -> bool {
        let is_running = |_: &mut Waits| !self.is_cancelled();
        drop(self.shared.changed.wait_timeout_while(self.waits(), timeout, is_running));
        self.is_cancelled()
    }

    /// Whether [`cancel`](Self::cancel) has been called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::Acquire)
    }

    /// Registers `wait` to be interrupted when this token is cancelled; fails if it is cancelled already.
    fn interrupt_on_cancel(&self, wait: Weak<dyn Interrupt>) -> Result<Guard, Error> {
        let mut waits = self.waits();
        check(Some(self))?;
        let number = waits.next;
        waits.next += 1;
        waits.by_number.insert(number, wait);
        Ok(Guard { token: self.clone(), number })
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.shared.waits()
    }
}

impl Shared {
    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wait of one thread that another thread can end.
pub(crate) trait Interrupt: Send + Sync + 'static {
    fn interrupt(&self);
}

/// Cancels a token: for its user, or when the parent is cancelled.
impl Interrupt for Shared {
    fn interrupt(&self) {
        let waits = {
            let mut waits = self.waits();
            // The lock is held, so that no wait can start unnoticed between this line and the next.
            self.cancelled.store(true, Ordering::Release);
            std::mem::take(&mut waits.by_number)
        };
        self.changed.notify_all();
        for wait in waits.into_values().filter_map(|wait| wait.upgrade()) {
            wait.interrupt();
        }
    }
}

/// Wakes the thread that connects, reads or writes. That thread sees a failure or the end of the stream, and then asks
/// the token for the true reason.
impl Interrupt for TcpStream {
    fn interrupt(&self) {
        // It fails if the connection is gone, and then no thread waits.
        let _ = self.shutdown(Shutdown::Both);
    }
}

/// A registered wait: until it is dropped, cancelling interrupts the wait.
#[derive(Debug)]
pub(crate) struct Guard {
    token: CancelToken,
    number: u64,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.token.waits().by_number.remove(&self.number);
    }
}

/// Fails if there is a token and it has been cancelled.
pub(crate) fn check(token: Option<&CancelToken>) -> Result<(), Error> {
    match token {
        Some(token) if token.is_cancelled() => Err(Error::Cancelled),
        _ => Ok(()),
    }
}

/// Registers `wait` to be interrupted when the token, if any, is cancelled; fails if it is cancelled already.
pub(crate) fn guard<T: Interrupt>(
    token: Option<&CancelToken>,
    wait: &Arc<T>,
) -> Result<Option<Guard>, Error> {
    let Some(token) = token else { return Ok(None) };
    let wait: Weak<T> = Arc::downgrade(wait);
    token.interrupt_on_cancel(wait).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::thread;
    use std::time::Instant;

    impl Interrupt for AtomicUsize {
        fn interrupt(&self) {
            self.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn each_present_wait_is_interrupted_once() {
        let token = CancelToken::default();
        let waits = [(); 3].map(|()| Arc::new(AtomicUsize::new(0)));
        let mut guards: Vec<_> = waits.iter().map(|wait| guard(Some(&token), wait).unwrap()).collect();
        guards.remove(1);
        token.cancel();
        token.clone().cancel();
        assert_eq!(waits.map(|wait| wait.load(Ordering::Relaxed)), [1, 0, 1]);
    }

    #[test]
    fn a_wait_cannot_begin_when_all_is_cancelled() {
        let token = CancelToken::default();
        token.cancel();
        assert!(token.is_cancelled());
        assert!(matches!(guard(Some(&token), &Arc::new(AtomicUsize::new(0))), Err(Error::Cancelled)));
    }

    #[test]
    fn a_child_is_cancelled_with_its_parent_but_not_the_reverse() {
        let parent = CancelToken::default();
        let [first, second] = [(); 2].map(|()| CancelToken::child(Some(&parent)));
        let grandchild = CancelToken::child(Some(&second));
        first.cancel();
        assert!(first.is_cancelled() && !parent.is_cancelled() && !grandchild.is_cancelled());
        parent.cancel();
        assert!(second.is_cancelled() && grandchild.is_cancelled());
        assert!(CancelToken::child(Some(&parent)).is_cancelled());
    }

    #[test]
    fn a_child_that_is_made_while_its_parent_is_cancelled_is_cancelled_too() {
        for _ in 0..2_000 {
            let parent = CancelToken::default();
            let child = thread::scope(|scope| {
                scope.spawn(|| parent.cancel());
                CancelToken::child(Some(&parent))
            });
            assert!(child.is_cancelled());
        }
    }

    #[test]
    fn a_pause_ends_at_once_when_the_token_is_cancelled() {
        let start = Instant::now();
        let token = CancelToken::default();
        assert!(!token.wait(Duration::from_millis(20)));
        assert!(start.elapsed() >= Duration::from_millis(20));
        thread::scope(|scope| {
            let waiting = [(); 3].map(|()| scope.spawn(|| token.wait(Duration::MAX)));
            thread::sleep(Duration::from_millis(20));
            token.cancel();
            assert!(waiting.map(|it| it.join().unwrap()).into_iter().all(|cancelled| cancelled));
        });
        assert!(token.wait(Duration::MAX));
        assert!(start.elapsed() < Duration::from_mins(1));
    }

    #[test]
    fn a_wait_that_is_over_leaves_nothing_behind() {
        let token = CancelToken::default();
        for _ in 0..10 {
            drop(guard(Some(&token), &Arc::new(AtomicUsize::new(0))).unwrap());
            drop(CancelToken::child(Some(&token)));
        }
        assert!(token.waits().by_number.is_empty());
    }
}
