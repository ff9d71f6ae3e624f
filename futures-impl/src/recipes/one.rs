//! The seed: a download is started, and what became of it is handled when it is there.
//!
//! The photo is waited for where `.await` stands: the function pauses there and its thread is free for others, and
//! what comes next in the text also comes next in time. What is easy to get wrong: calling `download` only makes a
//! future, which does nothing until it is awaited or spawned.

use crate::runtime::Runtime;
use crate::{Client, Error, Photo};

/// Downloads the photo at `url`: calls `started` when that is under way, and `handle_photo` with what became of it.
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
