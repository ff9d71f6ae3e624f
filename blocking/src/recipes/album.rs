//! Dependent steps: the index must be downloaded before the URLs of its photos are known.
//!
//! The thread waits for the index and then for the photos: the code has the order of the events, and `?` returns at
//! the first failed step. Easy to get wrong: a loop over ten albums waits for each in turn, and all at once take ten
//! more threads. The lines of the index are relative to its final URL, `index.url`, not to the requested one.

use crate::recipes::many;
use crate::{Client, Error, Photo, album_urls};

/// Downloads the index at `url` and then the photos it lists, at most `in_flight` at once.
///
/// The results are in the order of the index. One failure fails one photo, and its error names its URL.
///
/// # Errors
///
/// The errors of the index: without it, there are no photos. [`Error::Malformed`] if one of its lines is not a URL.
pub fn album(client: &Client, url: &str, in_flight: usize) -> Result<Vec<Result<Photo, Error>>, Error> {
    let index = client.fetch(url)?;
    let urls = album_urls(&index.bytes, &index.url)?;
    Ok(many(client, &urls, in_flight))
}
