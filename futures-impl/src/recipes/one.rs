//! The seed: a download starts, and its result is handled when it arrives.
//!
//! The function waits for the photo at `.await`: it pauses there while its thread is free for others, and the next
//! line of code runs next in time. Easy to get wrong: calling `download` only makes a future, which does nothing until
//! it is awaited or spawned.

use crate::runtime::Runtime;
use crate::{Client, Error, Photo};

/// Downloads the photo at `url`: calls `started` once it has started, and `handle_photo` with its result.
pub async fn one<R: Runtime>(
    client: &Client<R>,
    url: &str,
    started: impl FnOnce(),
    handle_photo: impl FnOnce(Result<Photo, Error>),
) {
    let download = client.download(url);
    started();
    handle_photo(download.await);
}
