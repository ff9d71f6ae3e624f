//! The seed: a download is started, and what became of it is handled when it is there.
//!
//! Nothing waits here: `download` returns at once, and the callback is called when the loop is turned. What is easy
//! to get wrong: what stands below the call in the text comes before the callback in time, so it must not need the
//! photo.

use crate::{Client, Error, Photo};

/// Downloads the photo at `url`: calls `started` when that is under way, and `handle_photo` with what became of it.
pub fn one(
    client: &Client,
    url: &str,
    started: impl FnOnce() + 'static,
    handle_photo: impl FnOnce(Result<Photo, Error>) + 'static,
) {
    client.download(url, handle_photo);
    started();
}
