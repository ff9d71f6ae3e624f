//! A race of mirrors of one photo: the first good one wins, the others are cancelled.
//!
//! One thread waits for each mirror, and this one for the first photo; then it drops the stream, which wakes the other
//! threads. Easy to get wrong: joining them would take as long as the slowest mirror. The first to end may also be an
//! error, not the winner.

use crate::recipes::stream;
use crate::{Client, Error, Photo};

/// Downloads the photo from all `urls` at once, and keeps the first good one. The other connections are closed.
///
/// # Errors
///
/// The last error, if all fail. [`Error::InvalidUrl`] if there are no `urls`.
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
