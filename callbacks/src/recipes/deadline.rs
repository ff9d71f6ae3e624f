//! A budget for the whole batch: what is done by then is returned, the rest is cancelled.
//!
//! A timer waits beside the downloads, and the batch ends with whichever callback comes first, that of the timer or
//! that of the last download. What is easy to get wrong: the other one must be called off, for a timer that is
//! forgotten keeps the loop turning to its end, and a callback that comes late must find that all is over. A callback
//! that takes long makes the timer late, too.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::{Client, Download, Error, Photo, Timer};

/// Downloads the photos at `urls`, at most `in_flight` at once, until all have ended or `budget` is over.
///
/// The results are in the order of `urls`; what has not ended by then is [`Error::Cancelled`]. It takes `budget` and
/// 50 ms at most.
pub fn deadline(
    client: &Client,
    urls: &[String],
    in_flight: usize,
    budget: Duration,
    on_complete: impl FnOnce(Vec<Result<Photo, Error>>) + 'static,
) {
    let batch = Rc::new(RefCell::new(Batch {
        client: client.clone(),
        waiting: urls.iter().cloned().enumerate().rev().collect(),
        started: Vec::new(),
        left: urls.len(),
        results: vec![Err(Error::Cancelled); urls.len()],
        end: None,
    }));
    // Without any URL, all is done as soon as the loop turns.
    let budget = if urls.is_empty() { Duration::ZERO } else { budget };
    let late = Rc::clone(&batch);
    let timer = client.after(budget, move || finish(&late));
    batch.borrow_mut().end = Some((timer, Box::new(on_complete)));
    for _ in 0..in_flight.max(1).min(urls.len()) {
        start_next(&batch);
    }
}

struct Batch {
    client: Client,
    /// The next one last.
    waiting: Vec<(usize, String)>,
    started: Vec<Download>,
    left: usize,
    results: Vec<Result<Photo, Error>>,
    end: Option<(Timer, OnComplete)>,
}

type OnComplete = Box<dyn FnOnce(Vec<Result<Photo, Error>>)>;

fn start_next(batch: &Rc<RefCell<Batch>>) {
    let this = &mut *batch.borrow_mut();
    let Some((index, url)) = this.waiting.pop() else { return };
    let batch = Rc::clone(batch);
    this.started.push(this.client.download(&url, move |result| on_end(&batch, index, result)));
}

fn on_end(batch: &Rc<RefCell<Batch>>, index: usize, result: Result<Photo, Error>) {
    let mut this = batch.borrow_mut();
    // What comes when all is over finds no place any more.
    let Some(place) = this.results.get_mut(index) else { return };
    *place = result;
    this.left -= 1;
    let is_last = this.left == 0;
    drop(this);
    if is_last { finish(batch) } else { start_next(batch) }
}

fn finish(batch: &RefCell<Batch>) {
    let mut this = batch.borrow_mut();
    let Some((timer, on_complete)) = this.end.take() else { return };
    timer.cancel();
    // What has ended already does not mind.
    this.started.iter().for_each(Download::cancel);
    let results = std::mem::take(&mut this.results);
    drop(this);
    on_complete(results);
}
