//! A race of mirrors of one photo: the first good one wins, the others are cancelled.
//!
//! The loop waits for all mirrors together, and the callback that receives a photo cancels the others. Easy to get
//! wrong: their callbacks are still called, perhaps with a photo of the same turn, so the first photo must be kept.
//! The first to end may also be an error, not the winner.

use std::cell::RefCell;
use std::rc::Rc;

use crate::recipes::stream;
use crate::{Client, Error, Photo};

/// Downloads the photo from all `urls` at once, and keeps the first good one. The other connections are closed.
///
/// # Errors
///
/// The last error, if all fail. [`Error::InvalidUrl`] if there are no `urls`.
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
