//! A budget for the whole batch: what is done by then is returned, the rest is cancelled.
//!
//! Threads wait for the downloads, this one waits for their results, and one more for the end of the budget, when it
//! cancels what is left. What is easy to get wrong: a timeout for each download is no budget for all of them, and a
//! look at the clock between two downloads does not end the one that hangs. Results that keep coming must not hide
//! that the time is over.

use std::thread;
use std::time::Duration;

use crate::recipes::stream;
use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once, until all have ended or `budget` is over.
///
/// The results are in the order of `urls`; an error names its URL, and the cause is [`Error::Cancelled`] where a download
/// has not ended by then. It takes `budget` and 50 ms at most.
///
/// # Panics
///
/// If the system refuses to start a thread.
pub fn deadline(
    client: &Client,
    urls: &[String],
    in_flight: usize,
    budget: Duration,
) -> Vec<Result<Photo, Error>> {
    let (client, token) = client.cancellable();
    let mut results: Vec<_> = urls.iter().map(|url| Err(Error::Cancelled.of(url, 1))).collect();
    thread::scope(|scope| {
        scope.spawn(|| {
            token.wait(budget);
            token.cancel();
        });
        for (index, result) in stream(&client, urls, in_flight, Client::download) {
            if token.is_cancelled() {
                break;
            }
            results[index] = result.map_err(|error| error.of(&urls[index], 1));
        }
        token.cancel(); // if all have ended before, this wakes the thread above
    });
    results
}
