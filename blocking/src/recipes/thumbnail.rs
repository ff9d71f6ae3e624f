//! Work for the processor after the download.
//!
//! The thread that has waited for the photo also computes, while other threads wait and compute. Easy to get wrong in
//! any style: decoding a stranger's bytes needs limits, because a few bytes can claim to be gigabytes;
//! [`Photo::thumbnail`](crate::Photo::thumbnail) has them. In this style, the number of threads also matters: many may
//! wait at once, but only as many as there are cores can compute, each with a decoded photo in memory.

use crate::{Client, Thumbnail, ThumbnailError};

/// Downloads the photo at `url` and scales it down to at most `max_side` pixels a side.
///
/// Other downloads continue meanwhile.
///
/// # Errors
///
/// The errors of the download and of the decoding.
pub fn thumbnail(client: &Client, url: &str, max_side: u32) -> Result<Thumbnail, ThumbnailError> {
    let photo = client.download(url)?;
    photo.thumbnail(max_side)
}
