//! A photo in a folder: whole, or not there.
//!
//! First the network is waited for and then the disk, both by the same thread, which has nothing else to do. What is
//! easy to get wrong in any style: a file that is written under its own name is half a photo after a crash, and a name
//! that a server has chosen may lead out of the folder; [`Photo::save`](crate::Photo::save) knows of both. In this
//! style, also to start a thread for each photo where the disk takes one at a time.

use std::path::{Path, PathBuf};

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
    download: impl FnOnce(&Client, &str) -> Result<Photo, Error>,
) -> Result<PathBuf, SaveError> {
    let photo = download(client, url)?;
    photo.save(folder)
}
