//! Retries: another attempt after each transient error, later each time.
//!
//! Attempts and pauses are steps of one loop, and the task leaves its thread to others in all of them. Easy to get
//! wrong: `thread::sleep` compiles here too, and delays every other download of the thread. A retry after *every*
//! error is a mistake in any style: a missing photo is still missing a second later.

use std::future::Future;
use std::time::SystemTime;

use crate::runtime::Runtime;
use crate::{Backoff, Client, Error};

/// Repeats `work` on `url`, such as [`Client::download`], while the errors are transient and `backoff` allows it.
///
/// # Errors
///
/// [`Error::Failed`] with the number of attempts and the error of the last one.
pub async fn retry<'a, R, T, F>(
    client: &'a Client<R>,
    url: &'a str,
    mut backoff: Backoff,
    mut work: impl FnMut(&'a Client<R>, &'a str) -> F,
) -> Result<T, Error>
where
    R: Runtime,
    F: Future<Output = Result<T, Error>>,
{
    let mut attempts = 0;
    loop {
        attempts += 1;
        let error = match work(client, url).await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let Some(pause) = backoff.pause(&error, SystemTime::now()) else {
            return Err(error.of(url, attempts));
        };
        client.runtime().sleep(pause).await;
    }
}
