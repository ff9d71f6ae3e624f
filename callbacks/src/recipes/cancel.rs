//! The user stops a running download.
//!
//! The call returns at once, so the user can receive the handle before or after; any thread can use it. Easy to get
//! wrong: cancelling is not the end. The callback of the download is still called, once, with `Error::Cancelled`. The
//! user may be late: cancelling a download that has ended changes nothing.

use crate::{CancelToken, Client, Error, Photo};

/// Calls `give_to_user` with the handle that stops the download, then downloads the photo at `url`.
///
/// ```
/// use photo_callbacks::{CancelToken, Client, Error, recipes};
/// use std::thread;
/// # let server = photo_server::PhotoServer::start()?;
/// # let url = &server.url("/photo?delay_ms=60000");
///
/// let client = Client::default();
/// let give_to_user = |handle: CancelToken| {
///     thread::spawn(move || handle.cancel()); // when the user presses a key
/// };
/// recipes::cancel(&client, url, give_to_user, |result| assert!(matches!(result, Err(Error::Cancelled))));
/// client.run();
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Cancelled`] if it was stopped; otherwise the errors of the download.
pub fn cancel(
    client: &Client,
    url: &str,
    give_to_user: impl FnOnce(CancelToken),
    on_complete: impl FnOnce(Result<Photo, Error>) + 'static,
) {
    let (client, handle) = client.cancellable();
    give_to_user(handle);
    client.download(url, on_complete);
}
