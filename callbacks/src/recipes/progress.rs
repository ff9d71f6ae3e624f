//! The progress of a download, reported now and then.
//!
//! The loop calls one callback for each piece and another one at the end, and both report progress: so they share the
//! time of the last report, and its listener. Easy to get wrong: a large photo arrives in thousands of pieces, and
//! drawing each delays every other download of the loop. Code that skips reports must not skip the last, or the bar
//! stops at 97 %.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
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
pub fn progress(
    client: &Client,
    url: &str,
    on_progress: impl FnMut(Progress) + 'static,
    on_complete: impl FnOnce(Result<Photo, Error>) + 'static,
) {
    let reported: Rc<Cell<Option<(Instant, Progress)>>> = Rc::default();
    let on_progress = Rc::new(RefCell::new(on_progress));
    let (reported_before, on_last) = (Rc::clone(&reported), Rc::clone(&on_progress));
    let on_piece = move |received| {
        if reported.get().is_none_or(|(at, _)| at.elapsed() >= EVERY) {
            reported.set(Some((Instant::now(), received)));
            on_progress.borrow_mut()(received);
        }
    };
    client.download_with_progress(url, on_piece, move |result| {
        if let Ok(photo) = &result
            && reported_before.get().is_none_or(|(_, last)| last != photo.received())
        {
            on_last.borrow_mut()(photo.received());
        }
        on_complete(result);
    });
}
