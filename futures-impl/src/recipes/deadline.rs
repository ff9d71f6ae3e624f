//! A budget for the whole batch: what is done by then is returned, the rest is cancelled.
//!
//! The function awaits the next result or the end of the budget, whichever comes first; then it drops the rest, which
//! cancels it. What is easy to get wrong: a timeout around `many` would drop the photos that are there already
//! together with the rest. The time is only looked at when the task is polled, so whatever blocks the thread makes the
//! end late.

use std::time::Duration;

use futures::stream::StreamExt;

use crate::recipes::stream;
use crate::runtime::Runtime;
use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once, until all have ended or `budget` is over.
///
/// The results are in the order of `urls`; an error names its URL, and the cause is [`Error::Cancelled`] where a download
/// has not ended by then. It takes `budget` and 50 ms at most.
pub async fn deadline<R: Runtime>(
    client: &Client<R>,
    urls: &[String],
    in_flight: usize,
    budget: Duration,
) -> Vec<Result<Photo, Error>> {
    let mut results: Vec<_> = urls.iter().map(|url| Err(Error::Cancelled.of(url, 1))).collect();
    let time_is_over = client.runtime().sleep(budget);
    let mut done = stream(client, urls, in_flight, Client::download).take_until(time_is_over);
    while let Some((index, result)) = done.next().await {
        results[index] = result.map_err(|error| error.of(&urls[index], 1));
    }
    results
}
