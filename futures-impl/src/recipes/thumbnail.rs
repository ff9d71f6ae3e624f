//! Work for the processor after the download.
//!
//! The task awaits the photo and then a worker thread that computes, so that its own thread stays free for others.
//! Easy to get wrong in any style: decoding a stranger's bytes needs limits, because a few bytes can claim to be
//! gigabytes; [`Photo::thumbnail`](crate::Photo::thumbnail) has them. In this style, computing between two `.await`s
//! is also wrong: it compiles and works, but every other download of the thread waits.

use crate::runtime::Runtime;
use crate::{Client, Thumbnail, ThumbnailError};

/// Downloads the photo at `url` and scales it down to at most `max_side` pixels a side.
///
/// Other downloads continue meanwhile.
///
/// # Errors
///
/// The errors of the download and of the decoding.
pub async fn thumbnail<R: Runtime>(
    client: &Client<R>,
    url: &str,
    max_side: u32,
) -> Result<Thumbnail, ThumbnailError> {
    let photo = client.download(url).await?;
    client.runtime().offload(move || photo.thumbnail(max_side)).await
}
