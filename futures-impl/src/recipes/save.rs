//! A photo in a folder: whole, or not there.
//!
//! The runtime's reactor waits for the network. Files have no readiness: a worker thread blocks in place of
//! the task, which awaits it. What is easy to get wrong in any style: a file that is written under its own name is half
//! a photo after a crash, and a name that a server has chosen may lead out of the folder;
//! [`Photo::save`](crate::Photo::save) knows of both. In this style, also to take dropping the future for the end: the
//! worker does not hear of it, and the photo may still appear.

use std::future::Future;
use std::path::{Path, PathBuf};

use crate::runtime::Runtime;
use crate::{Client, Error, Photo, SaveError};

/// Has `download`, such as [`Client::download`], get the photo at `url` and saves it in `folder`, under the name that it
/// has in its URL or one like it.
///
/// Returns the path. No file that is there already is touched, and after an error there is no new one.
///
/// # Errors
///
/// Those of the download, and those of the file.
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
