//! Results in the order in which the downloads end.
//!
//! The loop waits for all downloads together; each callback starts the next download and then passes its result on.
//! Easy to get wrong: results are pushed, so a slow consumer delays every download, and one that queues them must
//! bound its queue. If `on_each` panics, the others must still arrive, so the next download starts, and the end is
//! queued, before it is called.

use std::cell::RefCell;
use std::rc::Rc;

use crate::Client;

/// The callback for the result of one URL.
pub type Done<T> = Box<dyn FnOnce(T)>;

/// Calls `work` with each of `urls`, at most `in_flight` at once, and passes each result on as soon as it arrives.
///
/// Each result has its index in `urls`, and one failure fails one photo. `work` ends when it calls its callback. After
/// the last call of `on_each`, `on_complete` is called.
///
/// ```
/// use photo_callbacks::recipes::{self, Done};
/// use photo_callbacks::{Backoff, Client};
/// # let server = photo_server::PhotoServer::start()?;
/// # let urls = vec![server.url("/photo"); 3];
///
/// let client = Client::default();
/// let download = |client: &Client, url: &str, done: Done<_>| _ = client.download(url, done);
/// let retry = move |client: &Client, url: &str, done: Done<_>| {
///     recipes::retry(client, url, Backoff::default(), download, done);
/// };
/// let on_each = |index, result| println!("{index}: {result:?}");
/// recipes::stream(&client, &urls, 8, retry, on_each, || println!("All ended"));
/// client.run();
/// # assert_eq!(server.counters().requests, 3);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn stream<T: 'static>(
    client: &Client,
    urls: &[String],
    in_flight: usize,
    work: impl Fn(&Client, &str, Done<T>) + 'static,
    on_each: impl FnMut(usize, T) + 'static,
    on_complete: impl FnOnce() + 'static,
) {
    let batch = Batch {
        client: client.clone(),
        urls: urls.to_vec(),
        next: 0,
        left: urls.len(),
        on_complete: Some(Box::new(on_complete)),
    };
    let steps = Steps { batch: RefCell::new(batch), work, on_each: RefCell::new(on_each) };
    let steps = Rc::new(steps);
    let in_flight = in_flight.max(1).min(urls.len());
    // The loop makes the first calls, not this function: without URLs, `on_complete` would be called at once.
    client.defer(move || {
        for _ in 0..in_flight {
            start_next(&steps);
        }
        finish_if_last(&steps.batch);
    });
}

/// The state that the callbacks share.
struct Steps<W, E> {
    batch: RefCell<Batch>,
    work: W,
    on_each: RefCell<E>,
}

struct Batch {
    client: Client,
    urls: Vec<String>,
    next: usize,
    left: usize,
    on_complete: Option<Box<dyn FnOnce()>>,
}

fn start_next<T, W, E>(steps: &Rc<Steps<W, E>>)
where
    T: 'static,
    W: Fn(&Client, &str, Done<T>) + 'static,
    E: FnMut(usize, T) + 'static,
{
    let mut batch = steps.batch.borrow_mut();
    let index = batch.next;
    let Some(url) = batch.urls.get_mut(index).map(std::mem::take) else { return };
    batch.next += 1;
    let client = batch.client.clone();
    drop(batch);
    let steps_left = Rc::clone(steps);
    let done = move |result| {
        steps_left.batch.borrow_mut().left -= 1;
        start_next(&steps_left);
        finish_if_last(&steps_left.batch);
        steps_left.on_each.borrow_mut()(index, result);
    };
    (steps.work)(&client, &url, Box::new(done));
}

/// Queues `on_complete` after the last result. It is called even if `on_each` panics, and after each call of that.
fn finish_if_last(batch: &RefCell<Batch>) {
    let mut batch = batch.borrow_mut();
    if batch.left == 0
        && let Some(on_complete) = batch.on_complete.take()
    {
        batch.client.defer(on_complete);
    }
}
