//! The seed: a download starts, and its result is handled when it arrives.
//!
//! The call of `download` waits for the photo: the thread blocks there, and the next line of code runs next in time.
//! Easy to get wrong: work to be done meanwhile must start before the call, or on another thread.

use crate::{Client, Error, Photo};

/// Downloads the photo at `url`: calls `started` once it has started, and `handle_photo` with its result.
pub fn one(
    client: &Client,
    url: &str,
    started: impl FnOnce(),
    handle_photo: impl FnOnce(Result<Photo, Error>),
) {
    started();
    handle_photo(client.download(url));
}
