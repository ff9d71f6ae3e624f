//! Many downloads at once, but not too many.
//!
//! The futures are polled side by side within one task, `in_flight` of them at a time; each that is ready makes room
//! for the next. What is easy to get wrong: awaiting in a loop downloads one after the other, and `buffered` in
//! place of `buffer_unordered` lets one slow photo keep finished ones in the way of new ones.

use futures::stream::StreamExt;

use crate::recipes::stream;
use crate::runtime::Runtime;
use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once.
///
/// The results are in the order of `urls`; a download that fails takes no other with it, and its error names its URL.
pub async fn many<R: Runtime>(
    client: &Client<R>,
    urls: &[String],
    in_flight: usize,
) -> Vec<Result<Photo, Error>> {
    let mut results: Vec<_> = stream(client, urls, in_flight, Client::download).collect().await;

    // They come in the order in which they ended.
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(index, result)| result.map_err(|error| error.of(&urls[index], 1))).collect()
}
