//! A photo in a folder: whole, or not there.
//!
//! The network is waited for by the loop, but for files there is no readiness: a worker thread blocks in its place, and
//! a second callback is called when that is done. What is easy to get wrong in any style: a file that is written under
//! its own name is half a photo after a crash, and a name that a server has chosen may lead out of the folder;
//! [`Photo::save`](crate::Photo::save) knows of both. In this style, also to save in the first callback: `sync_all`
//! may take a second, and so long every download stands still.

use std::path::{Path, PathBuf};

use crate::{Client, SaveError};

/// Downloads the photo at `url` and saves it in `folder`, under the name that it has in its URL or one like it.
///
/// Tells the path. No file that is there already is touched, and after an error there is no new one.
///
/// # Errors
///
/// Those of the download, and those of the file.
pub fn save(
    client: &Client,
    url: &str,
    folder: &Path,
    on_complete: impl FnOnce(Result<PathBuf, SaveError>) + 'static,
) {
    let (workers, folder) = (client.clone(), folder.to_owned());
    client.download(url, move |result| match result {
        Ok(photo) => workers.offload(move || photo.save(&folder), on_complete),
        Err(error) => on_complete(Err(error.into())),
    });
}
