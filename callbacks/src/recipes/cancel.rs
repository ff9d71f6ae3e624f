//! The user stops a running download.
//!
//! The download and the user's timer wait side by side in the loop, and whichever callback is called first calls the
//! other one off. What is easy to get wrong: a timer that is not called off keeps the loop turning long after the
//! photo has come. Cancelling is not the end: the callback of the download is still to be called, once, with
//! `Error::Cancelled`.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use crate::{Client, Error, Photo, Timer};

/// Downloads the photo at `url`, until the user loses `patience` and stops it.
///
/// # Errors
///
/// [`Error::Cancelled`] if it was stopped, else those of the download.
pub fn cancel(
    client: &Client,
    url: &str,
    patience: Duration,
    on_complete: impl FnOnce(Result<Photo, Error>) + 'static,
) {
    let user: Rc<Cell<Option<Timer>>> = Rc::default();
    let on_end = {
        let user = Rc::clone(&user);
        move |result| {
            if let Some(timer) = user.take() {
                timer.cancel();
            }
            on_complete(result);
        }
    };
    let download = client.download(url, on_end);
    user.set(Some(client.after(patience, move || download.cancel())));
}
