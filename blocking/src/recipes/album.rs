//! Dependent steps: an index must be there before anybody knows which photos are to follow.
//!
//! The thread waits for the index and then for the photos: the steps stand in the order in which they happen, and `?`
//! leaves at the first that fails. What is easy to get wrong: a loop over ten albums waits for each in turn, and to
//! have them all at once takes ten threads more. The lines of the index are relative to where it came from in the end,
//! `index.url`, and not to where it was asked for.

use crate::recipes::many;
use crate::{Client, Error, Photo, album_urls};

/// Downloads the index at `url` and then the photos it lists, at most `in_flight` at once.
///
/// The results are in the order of the index; a photo that fails takes no other with it, and its error names its URL.
///
/// # Errors
///
/// Those of the index: without it, there are no photos. [`Error::Malformed`] if one of its lines is no URL.
pub fn album(client: &Client, url: &str, in_flight: usize) -> Result<Vec<Result<Photo, Error>>, Error> {
    let index = client.fetch(url)?;
    let urls = album_urls(&index.bytes, &index.url)?;
    Ok(many(client, &urls, in_flight))
}
