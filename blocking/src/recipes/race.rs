//! The same photo from several mirrors: the first good one wins, the others are cancelled.
//!
//! A thread waits for each mirror, and the one that wins has the others woken by a token that all of them share. What
//! is easy to get wrong: without it, the function could not return before the slowest mirror has ended, for a thread
//! would still stand there. And the first to end is not the winner: it may be an error.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::{CancelToken, Client, Error, Photo};

/// Enough for a download with TLS; the usual 2 MiB for each thread would be reserved in vain.
const STACK: usize = 256 << 10;

/// Downloads the photo from all `urls` at once, and keeps the first that is good. The connections of the others are
/// closed.
///
/// # Errors
///
/// The last one, if all fail. [`Error::InvalidUrl`] if there are no `urls`.
pub fn race(client: &Client, urls: &[String]) -> Result<Photo, Error> {
    let none = Error::InvalidUrl { url: "".into(), reason: "there are no mirrors".into() };
    let outcome = Mutex::new(Err(none));
    let token = CancelToken::new();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(url) = urls.get(next.fetch_add(1, Relaxed)) {
            let result = client.download_with(url, &token);
            let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
            // What ends after the winner ends because it was cancelled.
            if outcome.is_err() {
                *outcome = result;
            }
            if outcome.is_ok() {
                return token.cancel();
            }
        }
    };
    thread::scope(|scope| {
        // This thread races too. If the system refuses to start another, those there are try all mirrors.
        for _ in 1..urls.len() {
            if thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    outcome.into_inner().unwrap_or_else(PoisonError::into_inner)
}
