//! Many downloads at once, but not too many.
//!
//! Each thread waits for one download at a time, so there are `in_flight` threads; a free thread takes the next URL.
//! Easy to get wrong: one thread for each URL is too many for thousands of URLs, and starting a thread may fail.

use crate::recipes::stream;
use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once.
///
/// The results are in the order of `urls`. One failure fails one photo, and its error names its URL.
pub fn many(client: &Client, urls: &[String], in_flight: usize) -> Vec<Result<Photo, Error>> {
    let mut results: Vec<_> = stream(client, urls, in_flight, Client::download).collect();

    // The results arrived in the order in which the downloads ended.
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(index, result)| result.map_err(|error| error.of(&urls[index], 1))).collect()
}
