//! A photo saved in a folder, whole or not at all.
//!
//! The runtime's reactor waits for the network. Files have no readiness: a worker thread blocks instead, and the task
//! awaits it. Easy to get wrong in any style: a file written under its final name is half a photo after a crash, and a
//! name chosen by a server may lead out of the folder; [`Photo::save`](crate::Photo::save) handles both. In this
//! style, dropping the future is not the end: the worker continues, and the photo may still appear.

use std::future::Future;
use std::path::{Path, PathBuf};

use crate::runtime::Runtime;
use crate::{Client, Error, Photo, SaveError};

/// Calls `download`, such as [`Client::download`], with `url`, and saves the photo in `folder` under a name like that
/// in its URL.
///
/// Returns the path. No existing file is touched, and an error leaves no new file.
///
/// # Errors
///
/// The errors of the download and of the file.
pub async fn save<'a, R, F>(
    client: &'a Client<R>,
    url: &'a str,
    folder: &Path,
    download: impl FnOnce(&'a Client<R>, &'a str) -> F,
) -> Result<PathBuf, SaveError>
where
    R: Runtime,
    F: Future<Output = Result<Photo, Error>>,
{
    let photo = download(client, url).await?;
    let folder = folder.to_owned();
    client.runtime().offload(move || photo.save(&folder)).await
}
