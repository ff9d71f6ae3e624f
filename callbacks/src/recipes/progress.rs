//! The progress of a download, reported now and then.
//!
//! The loop calls one callback for each piece that comes and another one at the end, and both tell of it: so they share
//! the last report, and its listener. What is easy to get wrong: a large photo comes in thousands of pieces, and to
//! draw for each of them holds up every other download of the loop. Code that leaves reports out must not leave out the
//! last, or the bar stops at 97 %.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::{Client, Error, Photo, Progress};

/// Often enough for the eye.
const EVERY: Duration = Duration::from_millis(100);

/// Downloads the photo at `url`, and calls `on_progress` with how much of it has come: at first, then each 100 ms at
/// most, and when it is whole.
///
/// # Errors
///
/// Those of the download.
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
