//! To try again, later each time, where that may help.
//!
//! There is no loop to be seen: the callback of a failed attempt sets a timer, and the timer's callback starts the
//! recipe anew. What is easy to get wrong: all that the next attempt needs must move from callback to callback, and on
//! each way through them exactly one must call `on_complete`. To try again after *every* error is a mistake in any
//! style: a photo that is not there will not be there in a second.

use std::time::SystemTime;

use crate::{Backoff, Client, Error, Photo};

/// Downloads the photo at `url`, as often as `backoff` allows while the errors are transient.
///
/// # Errors
///
/// That of the last attempt.
pub fn retry(
    client: &Client,
    url: &str,
    mut backoff: Backoff,
    on_complete: impl FnOnce(Result<Photo, Error>) + 'static,
) {
    let (again, same_url) = (client.clone(), url.to_owned());
    client.download(url, move |result| {
        let error = match result {
            Ok(photo) => return on_complete(Ok(photo)),
            Err(error) => error,
        };
        let Some(pause) = backoff.pause(&error, SystemTime::now()) else { return on_complete(Err(error)) };
        let client = again.clone();
        client.after(pause, move || retry(&again, &same_url, backoff, on_complete));
    });
}
