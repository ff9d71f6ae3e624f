//! Many downloads at once, but not too many.
//!
//! Each thread waits for one download at a time, so there are `in_flight` of them; each that is free takes the next
//! URL. What is easy to get wrong: a thread for each URL is one too many when there are thousands, and starting a
//! thread may fail.

use crate::recipes::stream;
use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once.
///
/// The results are in the order of `urls`; a download that fails takes no other with it, and its error names its URL.
pub fn many(client: &Client, urls: &[String], in_flight: usize) -> Vec<Result<Photo, Error>> {
    let mut results: Vec<_> = stream(client, urls, in_flight, Client::download).collect();

    // They came in the order in which they ended.
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(index, result)| result.map_err(|error| error.of(&urls[index], 1))).collect()
}
