//! To try again, later each time, where that may help.
//!
//! Attempts and pauses are steps of one loop, and the task gives its thread away in all of them. What is easy to get
//! wrong: `thread::sleep` compiles here too, and holds up every other download of the thread. To try again after
//! *every* error is a mistake in any style: a photo that is not there will not be there in a second.

use std::future::Future;
use std::time::SystemTime;

use crate::runtime::Runtime;
use crate::{Backoff, Client, Error};

/// Does `work` with `url`, such as [`Client::download`], as often as `backoff` allows while the errors are transient.
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
