//! To try again, later each time, where that may help.
//!
//! Attempts and pauses are steps of one loop, and the thread stands still in all of them. What is easy to get wrong:
//! nothing wakes a thread from `thread::sleep`, so a program that shall end would wait for the longest pause. To try
//! again after *every* error is a mistake in any style: a photo that is not there will not be there in a second.

use std::time::SystemTime;

use crate::{Backoff, Client, Error, Photo};

/// Downloads the photo at `url`, as often as `backoff` allows while the errors are transient.
///
/// # Errors
///
/// That of the last attempt. [`Error::Cancelled`] if a [`cancellable`](Client::cancellable) client is cancelled during
/// a pause.
pub fn retry(client: &Client, url: &str, mut backoff: Backoff) -> Result<Photo, Error> {
    loop {
        let error = match client.download(url) {
            Ok(photo) => return Ok(photo),
            Err(error) => error,
        };
        let Some(pause) = backoff.pause(&error, SystemTime::now()) else { return Err(error) };
        client.sleep(pause)?;
    }
}
