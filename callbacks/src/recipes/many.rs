//! Many downloads at once, but not too many.
//!
//! The loop waits for all of them together; each callback that is called starts the next download. What is easy to
//! get wrong: nobody returns the results, so the last callback must know that it is the last, and what the callbacks
//! share must not be borrowed while one of them calls another.

use std::cell::RefCell;
use std::rc::Rc;

use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once.
///
/// The results are in the order of `urls`; a download that fails takes no other with it.
pub fn many(
    client: &Client,
    urls: &[String],
    in_flight: usize,
    on_complete: impl FnOnce(Vec<Result<Photo, Error>>) + 'static,
) {
    let batch = Batch {
        client: client.clone(),
        urls: urls.to_vec(),
        next: 0,
        results: Vec::with_capacity(urls.len()),
        on_complete: Some(Box::new(on_complete)),
    };
    let batch = Rc::new(RefCell::new(batch));
    let in_flight = in_flight.max(1).min(urls.len());
    // From the loop, not from inside this call: without any URL, the callback is called at once.
    client.defer(move || {
        for _ in 0..in_flight {
            start_next(&batch);
        }
        finish_if_last(&batch);
    });
}

struct Batch {
    client: Client,
    urls: Vec<String>,
    next: usize,
    results: Vec<(usize, Result<Photo, Error>)>,
    on_complete: Option<OnComplete>,
}

type OnComplete = Box<dyn FnOnce(Vec<Result<Photo, Error>>)>;

fn start_next(batch: &Rc<RefCell<Batch>>) {
    let mut this = batch.borrow_mut();
    let index = this.next;
    let Some(url) = this.urls.get(index) else { return };
    let batch = Rc::clone(batch);
    this.client.download(url, move |result| {
        batch.borrow_mut().results.push((index, result));
        start_next(&batch);
        finish_if_last(&batch);
    });
    this.next += 1;
}

fn finish_if_last(batch: &Rc<RefCell<Batch>>) {
    let mut this = batch.borrow_mut();
    if this.results.len() < this.urls.len() {
        return;
    }
    let Some(on_complete) = this.on_complete.take() else { return };
    let mut results = std::mem::take(&mut this.results);
    drop(this);

    // They came in the order in which they ended.
    results.sort_by_key(|(index, _)| *index);
    on_complete(results.into_iter().map(|(_, result)| result).collect());
}
