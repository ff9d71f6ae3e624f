//! Many downloads at once, but not too many.
//!
//! One task polls the futures concurrently, `in_flight` at a time; each finished one makes way for the next. Easy to
//! get wrong: awaiting in a loop downloads one after the other, and with `buffered` instead of `buffer_unordered` one
//! slow photo makes finished ones block new ones.

use futures::stream::StreamExt;

use crate::recipes::stream;
use crate::runtime::Runtime;
use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once.
///
/// The results are in the order of `urls`. One failure fails one photo, and its error names its URL.
pub async fn many<R: Runtime>(
    client: &Client<R>,
    urls: &[String],
    in_flight: usize,
) -> Vec<Result<Photo, Error>> {
    let mut results: Vec<_> = stream(client, urls, in_flight, Client::download).collect().await;

    // The results arrived in the order in which the downloads ended.
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(index, result)| result.map_err(|error| error.of(&urls[index], 1))).collect()
}
