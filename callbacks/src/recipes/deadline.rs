//! A budget for the whole batch: finished photos are returned, the rest is cancelled.
//!
//! A timer waits next to the downloads: its callback cancels the rest, and the batch then ends as it does without a
//! budget. Easy to get wrong: if the last download ends first, the timer must be cancelled, because a forgotten timer
//! keeps the loop turning until it expires. A slow callback also makes the timer late.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::recipes::stream;
use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once, until all have ended or `budget` has passed.
///
/// The results are in the order of `urls`. An error names its URL; the cause is [`Error::Cancelled`] if a download has
/// not ended by then. `on_complete` is called at most `budget` and 50 ms later.
pub fn deadline(
    client: &Client,
    urls: &[String],
    in_flight: usize,
    budget: Duration,
    on_complete: impl FnOnce(Vec<Result<Photo, Error>>) + 'static,
) {
    let (cancellable, token) = client.cancellable();
    let timer = client.after(budget, move || token.cancel());
    let results: Vec<_> = urls.iter().map(|url| Err(Error::Cancelled.of(url, 1))).collect();
    let results = Rc::new(RefCell::new(results));
    let on_each = {
        let (results, urls) = (Rc::clone(&results), urls.to_vec());
        move |index: usize, result: Result<_, Error>| {
            results.borrow_mut()[index] = result.map_err(|error| error.of(&urls[index], 1));
        }
    };
    let on_end = move || {
        timer.cancel();
        on_complete(results.take());
    };
    let download = |client: &Client, url: &str, done| _ = client.download(url, done);
    stream(&cancellable, urls, in_flight, download, on_each, on_end);
}
