//! Work for the processor when the photo is there.
//!
//! The thread that has waited for the photo goes on to compute, and other threads wait and compute beside it. What is
//! easy to get wrong in any style: to decode what a stranger sent without limits, for a few bytes can claim to be
//! gigabytes; [`Photo::thumbnail`](crate::Photo::thumbnail) has them. In this style, also the number of threads: many
//! may wait at once, but no more can compute than there are cores, each with a decoded photo in memory.

use crate::{Client, Thumbnail, ThumbnailError};

/// Downloads the photo at `url` and scales it down to at most `max_side` pixels a side.
///
/// Other downloads go on meanwhile.
///
/// # Errors
///
/// Those of the download, and those of the decoding.
pub fn thumbnail(client: &Client, url: &str, max_side: u32) -> Result<Thumbnail, ThumbnailError> {
    let photo = client.download(url)?;
    photo.thumbnail(max_side)
}
