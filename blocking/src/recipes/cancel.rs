//! The user stops a running download.
//!
//! This thread waits for the photo and another one for the user, and it is the other one that cancels. What is easy to
//! get wrong: the other thread must have the token before the download starts, because this thread then only waits. A user that
//! merely sleeps would hold up a photo that comes early, so this one waits for the token.

use std::thread;
use std::time::Duration;

use crate::{Client, Error, Photo};

/// Downloads the photo at `url`, until the user loses `patience` and stops it.
///
/// # Errors
///
/// [`Error::Cancelled`] if it was stopped, else those of the download.
///
/// # Panics
///
/// If the system refuses to start a thread.
pub fn cancel(client: &Client, url: &str, patience: Duration) -> Result<Photo, Error> {
    let (client, token) = client.cancellable();
    thread::scope(|scope| {
        scope.spawn(|| {
            token.wait(patience);
            token.cancel();
        });
        let result = client.download(url);
        token.cancel(); // if it has ended before, this wakes the thread above
        result
    })
}
