//! To try again, later each time, where that may help.
//!
//! Attempts and pauses are steps of one loop, and the task gives its thread away in all of them. What is easy to get
//! wrong: `thread::sleep` compiles here too, and holds up every other download of the thread. To try again after
//! *every* error is a mistake in any style: a photo that is not there will not be there in a second.

use std::time::SystemTime;

use crate::runtime::Runtime;
use crate::{Backoff, Client, Error, Photo};

/// Downloads the photo at `url`, as often as `backoff` allows while the errors are transient.
///
/// # Errors
///
/// That of the last attempt.
pub async fn retry<R: Runtime>(client: &Client<R>, url: &str, mut backoff: Backoff) -> Result<Photo, Error> {
    loop {
        let error = match client.download(url).await {
            Ok(photo) => return Ok(photo),
            Err(error) => error,
        };
        let Some(pause) = backoff.pause(&error, SystemTime::now()) else { return Err(error) };
        client.runtime().sleep(pause).await;
    }
}
