//! A budget for the whole batch: finished photos are returned, the rest is cancelled.
//!
//! The function awaits the next result or the end of the budget, whichever comes first; then it drops the rest, which
//! cancels it. Easy to get wrong: a timeout around `many` would also drop the finished photos. The time is only
//! checked when the task is polled, so any code that blocks the thread makes the end late.

use std::time::Duration;

use futures::stream::StreamExt;

use crate::recipes::stream;
use crate::runtime::Runtime;
use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once, until all have ended or `budget` has passed.
///
/// The results are in the order of `urls`. An error names its URL; the cause is [`Error::Cancelled`] if a download has
/// not ended by then. The call takes at most `budget` and 50 ms.
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
