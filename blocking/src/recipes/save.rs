//! A photo saved in a folder, whole or not at all.
//!
//! One thread waits first for the network and then for the disk. Easy to get wrong in any style: a file written under
//! its final name is half a photo after a crash, and a name chosen by a server may lead out of the folder;
//! [`Photo::save`](crate::Photo::save) handles both. In this style, one thread for each photo is also wrong, if the
//! disk writes one at a time.

use std::path::{Path, PathBuf};

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
    download: impl FnOnce(&Client, &str) -> Result<Photo, Error>,
) -> Result<PathBuf, SaveError> {
    let photo = download(client, url)?;
    photo.save(folder)
}
