//! The seed: a download is started, and what became of it is handled when it is there.
//!
//! The photo is waited for in the call of `download`: the thread stands still there, and what comes next in the text
//! also comes next in time. What is easy to get wrong: whatever is to happen meanwhile must be said before the call,
//! or by another thread.

use crate::{Client, Error, Photo};

/// Downloads the photo at `url`: calls `started` when that is under way, and `handle_photo` with what became of it.
pub fn one(
    client: &Client,
    url: &str,
    started: impl FnOnce(),
    handle_photo: impl FnOnce(Result<Photo, Error>),
) {
    started();
    handle_photo(client.download(url));
}
