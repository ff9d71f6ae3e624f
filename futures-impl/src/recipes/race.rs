//! The same photo from several mirrors: the first good one wins, the others are cancelled.
//!
//! The futures of all mirrors are polled side by side, and with the first photo the others are dropped, which cancels
//! them. What is easy to get wrong: a download that was spawned as a task may go on when its handle is dropped, so
//! nothing is spawned here. And the first to end is not the winner: it may be an error, and `select_all` in place of
//! `select_ok` would take that.

use futures::future;

use crate::runtime::Runtime;
use crate::{Client, Error, Photo};

/// Downloads the photo from all `urls` at once, and keeps the first that is good. The connections of the others are
/// closed.
///
/// # Errors
///
/// The last one, if all fail. [`Error::InvalidUrl`] if there are no `urls`.
pub async fn race<R: Runtime>(client: &Client<R>, urls: &[String]) -> Result<Photo, Error> {
    if urls.is_empty() {
        return Err(Error::InvalidUrl { url: "".into(), reason: "there are no mirrors".into() });
    }
    let mirrors = urls.iter().map(|url| Box::pin(client.download(url)));
    let (photo, losers) = future::select_ok(mirrors).await?;
    drop(losers);
    Ok(photo)
}
