//! The seed: a download starts, and its result is handled when it arrives.
//!
//! No code waits here: `download` returns at once, and the turning loop calls the callback. Easy to get wrong: the
//! code below the call runs before the callback, so it must not need the photo.

use crate::{Client, Error, Photo};

/// Downloads the photo at `url`: calls `started` once it has started, and `handle_photo` with its result.
pub fn one(
    client: &Client,
    url: &str,
    started: impl FnOnce() + 'static,
    handle_photo: impl FnOnce(Result<Photo, Error>) + 'static,
) {
    client.download(url, handle_photo);
    started();
}
