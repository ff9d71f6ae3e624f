//! Work for the processor when the photo is there.
//!
//! The task awaits the photo and then a worker thread that computes, so that its own thread is free for others all the
//! time. What is easy to get wrong in any style: to decode what a stranger sent without limits, for a few bytes can
//! claim to be gigabytes; [`Photo::thumbnail`](crate::Photo::thumbnail) has them. In this style, also to compute
//! between two `.await`s: it compiles, it works, and every other download of the thread stands still.

use crate::runtime::Runtime;
use crate::{Client, Thumbnail, ThumbnailError};

/// Downloads the photo at `url` and scales it down to at most `max_side` pixels a side.
///
/// Other downloads go on meanwhile.
///
/// # Errors
///
/// Those of the download, and those of the decoding.
pub async fn thumbnail<R: Runtime>(
    client: &Client<R>,
    url: &str,
    max_side: u32,
) -> Result<Thumbnail, ThumbnailError> {
    let photo = client.download(url).await?;
    client.runtime().offload(move || photo.thumbnail(max_side)).await
}
