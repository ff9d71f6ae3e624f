//! The same photo from several mirrors: the first good one wins, the others are cancelled.
//!
//! The loop waits for all mirrors together, and the callback that is called with a photo cancels the others. What is
//! easy to get wrong: their callbacks are called all the same, perhaps with a photo that came in the same turn, so the
//! first photo must be kept. And the first to end is not the winner: it may be an error.

use std::cell::RefCell;
use std::rc::Rc;

use crate::recipes::stream;
use crate::{Client, Error, Photo};

/// Downloads the photo from all `urls` at once, and keeps the first that is good. The connections of the others are
/// closed.
///
/// # Errors
///
/// The last one, if all fail. [`Error::InvalidUrl`] if there are no `urls`.
pub fn race(client: &Client, urls: &[String], on_complete: impl FnOnce(Result<Photo, Error>) + 'static) {
    let (cancellable, token) = client.cancellable();
    let none = Error::InvalidUrl { url: "".into(), reason: "there are no mirrors".into() };
    let outcome = Rc::new(RefCell::new(Err(none)));
    let on_each = {
        let outcome = Rc::clone(&outcome);
        move |_, result| {
            let mut outcome = outcome.borrow_mut();
            if outcome.is_err() {
                *outcome = result;
                if outcome.is_ok() {
                    token.cancel();
                }
            }
        }
    };
    let on_end = move || on_complete(outcome.replace(Err(Error::Cancelled)));
    let download = |client: &Client, url: &str, done| _ = client.download(url, done);
    stream(&cancellable, urls, urls.len(), download, on_each, on_end);
}
