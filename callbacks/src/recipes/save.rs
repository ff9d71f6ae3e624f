//! A photo in a folder: whole, or not there.
//!
//! The loop waits for the network. Files have no readiness: a worker thread blocks in its place, and
//! a second callback is called when that is done. What is easy to get wrong in any style: a file that is written under
//! its own name is half a photo after a crash, and a name that a server has chosen may lead out of the folder;
//! [`Photo::save`](crate::Photo::save) knows of both. In this style, also to save in the first callback: `sync_all`
//! may take a second, and so long every download stands still.

use std::path::{Path, PathBuf};

use crate::recipes::Done;
use crate::{Client, Error, Photo, SaveError};

/// Has `download`, such as [`Client::download`], get the photo at `url` and saves it in `folder`, under the name that it
/// has in its URL or one like it.
///
/// Returns the path. No file that is there already is touched, and after an error there is no new one.
///
/// # Errors
///
/// Those of the download, and those of the file.
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
