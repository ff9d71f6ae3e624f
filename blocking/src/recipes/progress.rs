//! The progress of a download, reported now and then.
//!
//! The thread that waits for the photo also reports the progress, between two reads. Easy to get wrong: a large photo
//! arrives in thousands of pieces, and drawing each takes longer than the download. Code that skips reports must not
//! skip the last, or the bar stops at 97 %.

use std::time::{Duration, Instant};

use crate::{Client, Error, Photo, Progress};

/// Time between two reports, short enough for the eye.
const EVERY: Duration = Duration::from_millis(100);

/// Downloads the photo at `url`, and calls `on_progress`: at the first bytes, then at most every 100 ms, and when the
/// photo is whole.
///
/// # Errors
///
/// The errors of the download.
pub fn progress(client: &Client, url: &str, mut on_progress: impl FnMut(Progress)) -> Result<Photo, Error> {
    let mut reported: Option<(Instant, Progress)> = None;
    let photo = client.download_with_progress(url, |received| {
        if reported.is_none_or(|(at, _)| at.elapsed() >= EVERY) {
            reported = Some((Instant::now(), received));
            on_progress(received);
        }
    })?;
    if reported.is_none_or(|(_, last)| last != photo.received()) {
        on_progress(photo.received());
    }
    Ok(photo)
}
