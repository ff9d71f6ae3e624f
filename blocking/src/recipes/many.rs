//! Many downloads at once, but not too many.
//!
//! Each thread waits for one download at a time, so there are `in_flight` of them; each that is free takes the next
//! URL. What is easy to get wrong: a thread for each URL is one too many when there are thousands, and starting a
//! thread may fail.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::{Client, Error, Photo};

/// Enough for a download with TLS; the usual 2 MiB for each thread would be reserved in vain.
const STACK: usize = 256 << 10;

/// Downloads the photos at `urls`, at most `in_flight` at once.
///
/// The results are in the order of `urls`; a download that fails takes no other with it.
pub fn many(client: &Client, urls: &[String], in_flight: usize) -> Vec<Result<Photo, Error>> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(urls.len()));
    let work = || loop {
        let index = next.fetch_add(1, Relaxed);
        let Some(url) = urls.get(index) else { break };
        let result = client.download(url);
        results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
    };
    thread::scope(|scope| {
        // This thread works too. If the system refuses to start another, those there are do it all.
        for _ in 1..in_flight.min(urls.len()) {
            if thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });

    // They came in the order in which they ended.
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
