//! The same photo from several mirrors: the first good one wins, the others are cancelled.
//!
//! A thread waits for each mirror, and this one for the first photo; then it drops the stream, which wakes the other
//! threads. What is easy to get wrong: joining them instead would take as long as the slowest mirror. And the first to
//! end is not the winner: it may be an error.

use crate::recipes::stream;
use crate::{Client, Error, Photo};

/// Downloads the photo from all `urls` at once, and keeps the first that is good. The connections of the others are
/// closed.
///
/// # Errors
///
/// The last one, if all fail. [`Error::InvalidUrl`] if there are no `urls`.
pub fn race(client: &Client, urls: &[String]) -> Result<Photo, Error> {
    let mut outcome = Err(Error::InvalidUrl { url: "".into(), reason: "there are no mirrors".into() });
    for (_, result) in stream(client, urls, urls.len(), Client::download) {
        outcome = result;
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}
