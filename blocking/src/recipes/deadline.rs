//! A budget for the whole batch: finished photos are returned, the rest is cancelled.
//!
//! Threads wait for the downloads, this one waits for their results, and one more waits for the end of the budget and
//! then cancels the rest. Easy to get wrong: a timeout for each download is no budget for the batch, and reading the
//! clock between two downloads does not end a hanging one. A steady flow of results must not hide the end of the
//! budget.

use std::thread;
use std::time::Duration;

use crate::recipes::stream;
use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once, until all have ended or `budget` has passed.
///
/// The results are in the order of `urls`. An error names its URL; the cause is [`Error::Cancelled`] if a download has
/// not ended by then. The call takes at most `budget` and 50 ms.
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
        token.cancel(); // wakes the thread above if all have ended before
    });
    results
}
