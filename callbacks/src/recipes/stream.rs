//! Results are handed over as they come.
//!
//! The loop waits for all of them together; each callback that is called starts the next download, and then hands its
//! own result over. What is easy to get wrong: results are pushed, so a consumer who is slow holds up every download,
//! and one who puts them aside must set a bound to that. If `on_each` panics, the others must still come, so
//! whatever keeps them going is done before it is called.

use std::cell::RefCell;
use std::rc::Rc;

use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once, and hands over each result as soon as it is there.
///
/// With each comes its place in `urls`; a download that fails takes no other with it. When all have been handed over,
/// `on_complete` is called.
pub fn stream(
    client: &Client,
    urls: &[String],
    in_flight: usize,
    on_each: impl FnMut(usize, Result<Photo, Error>) + 'static,
    on_complete: impl FnOnce() + 'static,
) {
    let batch = Batch {
        client: client.clone(),
        urls: urls.to_vec(),
        next: 0,
        left: urls.len(),
        on_complete: Some(Box::new(on_complete)),
    };
    let batch = Rc::new(RefCell::new(batch));
    let on_each: OnEach = Rc::new(RefCell::new(on_each));
    let in_flight = in_flight.max(1).min(urls.len());
    // From the loop, not from inside this call: without any URL, the callback is called at once.
    client.defer(move || {
        for _ in 0..in_flight {
            start_next(&batch, &on_each);
        }
        finish_if_last(&batch);
    });
}

type OnEach = Rc<RefCell<dyn FnMut(usize, Result<Photo, Error>)>>;

struct Batch {
    client: Client,
    urls: Vec<String>,
    next: usize,
    left: usize,
    on_complete: Option<Box<dyn FnOnce()>>,
}

fn start_next(batch: &Rc<RefCell<Batch>>, on_each: &OnEach) {
    let mut this = batch.borrow_mut();
    let index = this.next;
    let Some(url) = this.urls.get(index) else { return };
    let (batch, on_each) = (Rc::clone(batch), Rc::clone(on_each));
    this.client.download(url, move |result| {
        batch.borrow_mut().left -= 1;
        start_next(&batch, &on_each);
        on_each.borrow_mut()(index, result);
        finish_if_last(&batch);
    });
    this.next += 1;
}

fn finish_if_last(batch: &Rc<RefCell<Batch>>) {
    let mut this = batch.borrow_mut();
    if this.left > 0 {
        return;
    }
    let Some(on_complete) = this.on_complete.take() else { return };
    drop(this);
    on_complete();
}
