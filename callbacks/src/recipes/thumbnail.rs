//! Work for the processor when the photo is there.
//!
//! The loop waits for the photo, a worker thread computes, and a second callback is called with what has come of it.
//! What is easy to get wrong in any style: to decode what a stranger sent without limits, for a few bytes can claim to
//! be gigabytes; [`Photo::thumbnail`](crate::Photo::thumbnail) has them. In this style, also to compute in the first
//! callback: the loop turns no further meanwhile, and every other download stands still.

use crate::{Client, Thumbnail, ThumbnailError};

/// Downloads the photo at `url` and scales it down to at most `max_side` pixels a side.
///
/// Other downloads go on meanwhile.
///
/// # Errors
///
/// Those of the download, and those of the decoding.
pub fn thumbnail(
    client: &Client,
    url: &str,
    max_side: u32,
    on_complete: impl FnOnce(Result<Thumbnail, ThumbnailError>) + 'static,
) {
    let workers = client.clone();
    client.download(url, move |result| match result {
        Ok(photo) => workers.offload(move || photo.thumbnail(max_side), on_complete),
        Err(error) => on_complete(Err(error.into())),
    });
}
