//! A budget for the whole batch: what is done by then is returned, the rest is cancelled.
//!
//! A timer waits beside the downloads: its callback cancels what is left, and then the batch ends as it does without
//! a budget. What is easy to get wrong: when the last download ends first, the timer must be taken back, because a
//! timer that is forgotten keeps the loop turning to its end. A callback that takes long makes the timer late, too.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::recipes::stream;
use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once, until all have ended or `budget` is over.
///
/// The results are in the order of `urls`; an error names its URL, and the cause is [`Error::Cancelled`] where a download
/// has not ended by then. It takes `budget` and 50 ms at most.
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
