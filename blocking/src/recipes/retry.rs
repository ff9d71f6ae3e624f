//! Retries: another attempt after each transient error, later each time.
//!
//! Attempts and pauses are steps of one loop, and the thread blocks in all of them. Easy to get wrong: nothing wakes a
//! thread from `thread::sleep`, so a program that wants to end would wait for the longest pause. A retry after *every*
//! error is a mistake in any style: a missing photo is still missing a second later.

use std::time::SystemTime;

use crate::{Backoff, Client, Error};

/// Repeats `work` on `url`, such as [`Client::download`], while the errors are transient and `backoff` allows it.
///
/// # Errors
///
/// [`Error::Failed`] with the number of attempts and the error of the last one. [`Error::Cancelled`] is its cause if a
/// [`cancellable`](Client::cancellable) client is cancelled during a pause.
pub fn retry<T>(
    client: &Client,
    url: &str,
    mut backoff: Backoff,
    mut work: impl FnMut(&Client, &str) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let error = match work(client, url) {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let Some(pause) = backoff.pause(&error, SystemTime::now()) else {
            return Err(error.of(url, attempts));
        };
        client.sleep(pause).map_err(|error| error.of(url, attempts))?;
    }
}
