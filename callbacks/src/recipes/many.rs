//! Many downloads at once, but not too many.
//!
//! The loop waits for all downloads together; each callback starts the next download. Easy to get wrong: no function
//! returns the results, so the last callback must know that it is the last. Shared state must not be borrowed while
//! one callback calls another.

use std::cell::RefCell;
use std::rc::Rc;

use crate::recipes::stream;
use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once.
///
/// The results are in the order of `urls`. One failure fails one photo, and its error names its URL.
pub fn many(
    client: &Client,
    urls: &[String],
    in_flight: usize,
    on_complete: impl FnOnce(Vec<Result<Photo, Error>>) + 'static,
) {
    let results = Rc::new(RefCell::new(Vec::with_capacity(urls.len())));
    let on_each = {
        let results = Rc::clone(&results);
        move |index, result| results.borrow_mut().push((index, result))
    };
    let all_urls = urls.to_vec();
    let on_end = move || {
        // The results arrived in the order in which the downloads ended.
        let mut results = results.take();
        results.sort_by_key(|(index, _)| *index);
        let named = |(index, result): (usize, Result<_, Error>)| {
            result.map_err(|error| error.of(&all_urls[index], 1))
        };
        on_complete(results.into_iter().map(named).collect());
    };
    let download = |client: &Client, url: &str, done| _ = client.download(url, done);
    stream(client, urls, in_flight, download, on_each, on_end);
}
