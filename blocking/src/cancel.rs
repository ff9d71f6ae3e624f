//! How one thread stops what another one waits for.

use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use photo::Error;

/// Stops downloads from another thread. Clones are handles to the same token.
///
/// One token may govern any number of downloads, at the same time or one after the other.
///
/// ```
/// use photo_blocking::{CancelToken, Client, Error};
///
/// let token = CancelToken::new();
/// token.cancel();
/// let result = Client::default().download_with("http://coolcats.com/cat.gif", &token);
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
}

/// What is waited for just now, by whom ever holds the [`Guard`] of that number.
#[derive(Default)]
struct Waits {
    next: u64,
    by_number: HashMap<u64, Weak<dyn Interrupt>>,
}

impl CancelToken {
    /// A token that has not been cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends every present and future download that has this token with [`Error::Cancelled`].
    ///
    /// It does not wait for them; they return within 50 ms, whatever they wait for (on Windows, not before
    /// connecting has ended). Their connections are closed.
    /// Cancelling again changes nothing.
    pub fn cancel(&self) {
        let waits = {
            let mut waits = self.waits();
            // Under the lock, so that no wait can begin unnoticed between this and the next line.
            self.shared.cancelled.store(true, Ordering::Release);
            std::mem::take(&mut waits.by_number)
        };
        for wait in waits.into_values().filter_map(|wait| wait.upgrade()) {
            wait.interrupt();
        }
    }

    /// Whether [`cancel`](Self::cancel) has been called.
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::Acquire)
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.shared.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something that a thread waits for, and that another thread can put an end to.
pub(crate) trait Interrupt: Send + Sync + 'static {
    fn interrupt(&self);
}

/// Wakes the thread that connects, reads or writes; to that thread it looks like a failure or the end of the
/// stream, so whoever gets those asks the token for the true reason.
impl Interrupt for TcpStream {
    fn interrupt(&self) {
        // It fails where there is no connection any more, and then nobody waits.
        let _ = self.shutdown(Shutdown::Both);
    }
}

/// While it lives, cancelling interrupts.
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

/// Has `wait` interrupted when the token, if there is one, is cancelled; fails if that has happened before.
pub(crate) fn guard<T: Interrupt>(
    token: Option<&CancelToken>,
    wait: &Arc<T>,
) -> Result<Option<Guard>, Error> {
    let Some(token) = token else { return Ok(None) };
    let mut waits = token.waits();
    check(Some(token))?;
    let number = waits.next;
    waits.next += 1;
    let wait: Weak<T> = Arc::downgrade(wait);
    waits.by_number.insert(number, wait);
    Ok(Some(Guard { token: token.clone(), number }))
}

impl std::fmt::Debug for Waits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.by_number.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    impl Interrupt for AtomicUsize {
        fn interrupt(&self) {
            self.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn each_present_wait_is_interrupted_once() {
        let token = CancelToken::new();
        let waits = [(); 3].map(|()| Arc::new(AtomicUsize::new(0)));
        let mut guards: Vec<_> = waits.iter().map(|wait| guard(Some(&token), wait).unwrap()).collect();
        guards.remove(1);
        token.cancel();
        token.clone().cancel();
        assert_eq!(waits.map(|wait| wait.load(Ordering::Relaxed)), [1, 0, 1]);
    }

    #[test]
    fn a_wait_cannot_begin_when_all_is_cancelled() {
        let token = CancelToken::new();
        token.cancel();
        assert!(token.is_cancelled());
        assert!(matches!(guard(Some(&token), &Arc::new(AtomicUsize::new(0))), Err(Error::Cancelled)));
    }

    #[test]
    fn what_is_over_leaves_nothing_behind() {
        let token = CancelToken::new();
        for _ in 0..10 {
            drop(guard(Some(&token), &Arc::new(AtomicUsize::new(0))).unwrap());
        }
        assert!(token.waits().by_number.is_empty());
    }
}
