//! A race of mirrors of one photo: the first good one wins, the others are cancelled.
//!
//! The futures of all mirrors are polled concurrently; the first photo drops the others, which cancels them. Easy to
//! get wrong: a spawned download may continue when its handle is dropped, so nothing is spawned here. The first to end
//! may also be an error, which `select_all` instead of `select_ok` would return.

use futures::future;

use crate::runtime::Runtime;
use crate::{Client, Error, Photo};

/// Downloads the photo from all `urls` at once, and keeps the first good one. The other connections are closed.
///
/// # Errors
///
/// The last error, if all fail. [`Error::InvalidUrl`] if there are no `urls`.
pub async fn race<R: Runtime>(client: &Client<R>, urls: &[String]) -> Result<Photo, Error> {
    if urls.is_empty() {
        return Err(Error::InvalidUrl { url: "".into(), reason: "there are no mirrors".into() });
    }
    let mirrors = urls.iter().map(|url| Box::pin(client.download(url)));
    let (photo, losers) = future::select_ok(mirrors).await?;
    drop(losers);
    Ok(photo)
}
