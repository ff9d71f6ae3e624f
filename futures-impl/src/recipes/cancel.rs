//! The user stops a running download.
//!
//! Dropping its future cancels a download, but the future belongs to the task that awaits it: so the user has a handle
//! that wakes this task, which then drops the future. Easy to get wrong: a dropped future returns nothing, so
//! `Error::Cancelled` must be returned here. The user may be late: cancelling a download that has ended changes
//! nothing.

use futures::future::{self, AbortHandle};

use crate::runtime::Runtime;
use crate::{Client, Error, Photo};

/// Calls `give_to_user` with the handle that stops the download, then downloads the photo at `url`.
///
/// ```
/// use photo_futures::{Client, Error, recipes, runtime::Tokio};
/// use std::thread;
/// # let server = photo_server::PhotoServer::start()?;
/// # let url = &server.url("/photo?delay_ms=60000");
///
/// let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// let client = Client::<Tokio>::default();
/// let result = runtime.block_on(recipes::cancel(&client, url, |handle| {
///     thread::spawn(move || handle.abort()); // when the user presses a key
/// }));
/// assert!(matches!(result, Err(Error::Cancelled)));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Cancelled`] if it was stopped; otherwise the errors of the download.
pub async fn cancel<R: Runtime>(
    client: &Client<R>,
    url: &str,
    give_to_user: impl FnOnce(AbortHandle),
) -> Result<Photo, Error> {
    let (download, handle) = future::abortable(client.download(url));
    give_to_user(handle);
    download.await.unwrap_or(Err(Error::Cancelled))
}
