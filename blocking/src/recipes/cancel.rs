//! The user stops a running download.
//!
//! This thread waits for the photo and another one for the user, and it is the other one that cancels. What is easy to
//! get wrong: the token must be shared before the download starts, for from then on this thread has no say. A user who
//! merely sleeps would hold up a photo that comes early, so this one waits for news of that, too.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::{CancelToken, Client, Error, Photo};

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
    let token = CancelToken::new();
    let (running, end) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let token = &token;
        let user = move || {
            if end.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                token.cancel();
            }
        };
        scope.spawn(user);
        let result = client.download_with(url, token);
        drop(running); // and with it, the user learns that it has ended
        result
    })
}
