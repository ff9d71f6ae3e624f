//! The progress of a download, reported now and then.
//!
//! The task that waits for the photo is the one that tells of it, between two polls. What is easy to get wrong: a
//! large photo comes in thousands of pieces, and to draw for each of them holds up every other download of the
//! thread. Code that leaves reports out must not leave out the last, or the bar stops at 97 %.

use std::time::{Duration, Instant};

use crate::runtime::Runtime;
use crate::{Client, Error, Photo, Progress};

/// Often enough for the eye.
const EVERY: Duration = Duration::from_millis(100);

/// Downloads the photo at `url`, and calls `on_progress` with how much of it has come: at first, then each 100 ms at
/// most, and when it is whole.
///
/// # Errors
///
/// Those of the download.
pub async fn progress<R: Runtime>(
    client: &Client<R>,
    url: &str,
    mut on_progress: impl FnMut(Progress) + Send,
) -> Result<Photo, Error> {
    let mut reported: Option<(Instant, Progress)> = None;
    let download = client.download_with_progress(url, |received| {
        if reported.is_none_or(|(at, _)| at.elapsed() >= EVERY) {
            reported = Some((Instant::now(), received));
            on_progress(received);
        }
    });
    let photo = download.await?;
    if reported.is_none_or(|(_, last)| last != photo.received()) {
        on_progress(photo.received());
    }
    Ok(photo)
}
