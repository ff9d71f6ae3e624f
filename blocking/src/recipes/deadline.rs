//! A budget for the whole batch: what is done by then is returned, the rest is cancelled.
//!
//! Threads wait for the downloads, and this one waits for their results, but no longer than the budget lasts; then a
//! token wakes whoever still waits. What is easy to get wrong: a timeout for each download is no budget for all of
//! them, and a look at the clock between two downloads does not end the one that hangs. Results that keep coming must
//! not hide that the time is over.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::{CancelToken, Client, Error, Photo};

/// Enough for a download with TLS; the usual 2 MiB for each thread would be reserved in vain.
const STACK: usize = 256 << 10;

/// Downloads the photos at `urls`, at most `in_flight` at once, until all have ended or `budget` is over.
///
/// The results are in the order of `urls`; what has not ended by then is [`Error::Cancelled`]. It takes `budget` and
/// 50 ms at most.
///
/// # Panics
///
/// If the system refuses to start a single thread.
pub fn deadline(
    client: &Client,
    urls: &[String],
    in_flight: usize,
    budget: Duration,
) -> Vec<Result<Photo, Error>> {
    let start = Instant::now();
    let token = CancelToken::new();
    let next = &AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let mut results = vec![Err(Error::Cancelled); urls.len()];
    thread::scope(|scope| {
        let token = &token;
        let work = move || loop {
            let index = next.fetch_add(1, Relaxed);
            let Some(url) = urls.get(index) else { break };
            if sender.send((index, client.download_with(url, token))).is_err() {
                break; // the time is over
            }
        };
        for started in 0..in_flight.max(1).min(urls.len()) {
            match thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work.clone()) {
                Ok(_) => {}
                // Those there are do it all.
                Err(_) if started > 0 => break,
                Err(error) => panic!("cannot start a thread: {error}"),
            }
        }
        drop(work);

        let mut left = budget;
        while !left.is_zero() {
            let Ok((index, result)) = receiver.recv_timeout(left) else { break };
            results[index] = result;
            left = budget.saturating_sub(start.elapsed());
        }
        token.cancel();
        drop(receiver);
    });
    results
}
