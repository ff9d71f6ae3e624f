//! To try again, later each time, where that may help.
//!
//! Attempts and pauses are steps of one loop, and the thread stands still in all of them. What is easy to get wrong:
//! nothing wakes a thread from `thread::sleep`, so a program that shall end would wait for the longest pause. To try
//! again after *every* error is a mistake in any style: a photo that is not there will not be there in a second.

use std::time::SystemTime;

use crate::{Backoff, Client, Error};

/// Does `work` with `url`, such as [`Client::download`], as often as `backoff` allows while the errors are transient.
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
