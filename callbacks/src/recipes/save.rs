//! A photo saved in a folder, whole or not at all.
//!
//! The loop waits for the network. Files have no readiness: a worker thread blocks instead, and then a second callback
//! is called. Easy to get wrong in any style: a file written under its final name is half a photo after a crash, and a
//! name chosen by a server may lead out of the folder; [`Photo::save`](crate::Photo::save) handles both. In this
//! style, saving in the first callback is also wrong: `sync_all` may take a second, in which every download waits.

use std::path::{Path, PathBuf};

use crate::recipes::Done;
use crate::{Client, Error, Photo, SaveError};

/// Calls `download`, such as [`Client::download`], with `url`, and saves the photo in `folder` under a name like that
/// in its URL.
///
/// Returns the path. No existing file is touched, and an error leaves no new file.
///
/// # Errors
///
/// The errors of the download and of the file.
pub fn save(
    client: &Client,
    url: &str,
    folder: &Path,
    download: impl FnOnce(&Client, &str, Done<Result<Photo, Error>>),
    on_complete: impl FnOnce(Result<PathBuf, SaveError>) + 'static,
) {
    let (workers, folder) = (client.clone(), folder.to_owned());
    let done = move |result: Result<Photo, Error>| match result {
        Ok(photo) => workers.offload(move || photo.save(&folder), on_complete),
        Err(error) => on_complete(Err(error.into())),
    };
    download(client, url, Box::new(done));
}
