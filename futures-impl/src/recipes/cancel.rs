//! The user stops a running download.
//!
//! The function awaits the download and the user, whichever is ready first, and the other one is dropped, which is all
//! it takes to cancel. What is easy to get wrong: nobody hears any more of a future that was dropped, so
//! `Error::Cancelled` must be said here. `select` hands the loser back instead of dropping it, so its connection lives
//! as long as the variable that it is pinned in.

use std::pin::pin;
use std::time::Duration;

use futures::future::{self, Either};

use crate::runtime::Runtime;
use crate::{Client, Error, Photo};

/// Downloads the photo at `url`, until the user loses `patience` and stops it.
///
/// # Errors
///
/// [`Error::Cancelled`] if it was stopped, else those of the download.
pub async fn cancel<R: Runtime>(client: &Client<R>, url: &str, patience: Duration) -> Result<Photo, Error> {
    let download = pin!(client.download(url));
    let user = client.runtime().sleep(patience);
    match future::select(download, user).await {
        Either::Left((result, _)) => result,
        Either::Right(((), _)) => Err(Error::Cancelled),
    }
}
