//! The same photo from several mirrors: the first good one wins, the others are cancelled.
//!
//! The loop waits for all mirrors together, and the callback that is called with a photo cancels the others. What is
//! easy to get wrong: their callbacks are called all the same, perhaps with a photo that came in the same turn, so the
//! one answer must be given only once. And the first to end is not the winner: it may be an error.

use std::cell::RefCell;
use std::rc::Rc;

use crate::{Client, Download, Error, Photo};

/// Downloads the photo from all `urls` at once, and keeps the first that is good. The connections of the others are
/// closed.
///
/// # Errors
///
/// The last one, if all fail. [`Error::InvalidUrl`] if there are no `urls`.
pub fn race(client: &Client, urls: &[String], on_complete: impl FnOnce(Result<Photo, Error>) + 'static) {
    if urls.is_empty() {
        let none = Error::InvalidUrl { url: "".into(), reason: "there are no mirrors".into() };
        client.defer(|| on_complete(Err(none)));
        return;
    }
    let race = Race { mirrors: Vec::new(), left: urls.len(), on_complete: Some(Box::new(on_complete)) };
    let race = Rc::new(RefCell::new(race));
    let start = |url: &String| {
        let race = Rc::clone(&race);
        client.download(url, move |result| on_end(&race, result))
    };
    let mirrors = urls.iter().map(start).collect();
    race.borrow_mut().mirrors = mirrors;
}

struct Race {
    mirrors: Vec<Download>,
    left: usize,
    on_complete: Option<OnComplete>,
}

type OnComplete = Box<dyn FnOnce(Result<Photo, Error>)>;

fn on_end(race: &RefCell<Race>, result: Result<Photo, Error>) {
    let mut this = race.borrow_mut();
    this.left -= 1;
    if result.is_err() && this.left > 0 {
        return; // another one may win
    }
    // Nothing to give away: there is a winner already.
    let Some(on_complete) = this.on_complete.take() else { return };
    this.mirrors.iter().for_each(Download::cancel);
    drop(this);
    on_complete(result);
}
