//! The user stops a running download.
//!
//! This thread waits for the photo, so another one must cancel, by a token. Easy to get wrong: the other thread must
//! have the token before the download starts, because this thread then only waits. The user may be late: cancelling a
//! download that has ended changes nothing.

use crate::{CancelToken, Client, Error, Photo};

/// Calls `give_to_user` with the handle that stops the download, then downloads the photo at `url`.
///
/// ```
/// use photo_blocking::{Client, Error, recipes};
/// use std::thread;
/// # let server = photo_server::PhotoServer::start()?;
/// # let url = &server.url("/photo?delay_ms=60000");
///
/// let result = recipes::cancel(&Client::default(), url, |handle| {
///     thread::spawn(move || handle.cancel()); // when the user presses a key
/// });
/// assert!(matches!(result, Err(Error::Cancelled)));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Cancelled`] if it was stopped; otherwise the errors of the download.
pub fn cancel(client: &Client, url: &str, give_to_user: impl FnOnce(CancelToken)) -> Result<Photo, Error> {
    let (client, handle) = client.cancellable();
    give_to_user(handle);
    client.download(url)
}
