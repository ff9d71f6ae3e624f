//! Work for the processor after the download.
//!
//! The loop waits for the photo, a worker thread computes, and a second callback receives the result. Easy to get
//! wrong in any style: decoding a stranger's bytes needs limits, because a few bytes can claim to be gigabytes;
//! [`Photo::thumbnail`](crate::Photo::thumbnail) has them. In this style, computing in the first callback is also
//! wrong: the loop stops meanwhile, and every other download waits.

use crate::{Client, Thumbnail, ThumbnailError};

/// Downloads the photo at `url` and scales it down to at most `max_side` pixels a side.
///
/// Other downloads continue meanwhile.
///
/// # Errors
///
/// The errors of the download and of the decoding.
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
