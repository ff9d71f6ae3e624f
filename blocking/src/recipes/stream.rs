//! Results are handed over as they come.
//!
//! Threads wait for the downloads and the iterator waits for the threads, each of which holds its photo until that is
//! taken. What is easy to get wrong: a channel without a bound fills the memory when the consumer is slow, and a
//! consumer who leaves must not leave threads behind. Dropping the iterator cancels the downloads that are running,
//! and the threads end by themselves.

use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::{CancelToken, Client, Error, Photo};

/// Enough for a download with TLS; the usual 2 MiB for each thread would be reserved in vain.
const STACK: usize = 256 << 10;

/// Downloads the photos at `urls`, at most `in_flight` at once, and hands over each result as soon as it is there.
///
/// With each comes its place in `urls`; a download that fails takes no other with it.
///
/// # Panics
///
/// If the system refuses to start a single thread.
pub fn stream(
    client: &Client,
    urls: &[String],
    in_flight: usize,
) -> impl Iterator<Item = (usize, Result<Photo, Error>)> + use<> {
    let (client, token) = (client.clone(), CancelToken::new());
    let threads = in_flight.max(1).min(urls.len());
    let urls = urls.to_vec();
    let waiting = Arc::new(Mutex::new(urls.into_iter().enumerate()));
    let (sender, receiver) = mpsc::sync_channel(0);
    let results = Results { receiver, token: token.clone() };
    let work = move || loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some((index, url)) = next else { break };
        if sender.send((index, client.download_with(&url, &token))).is_err() {
            break; // nobody listens any more
        }
    };
    for started in 0..threads {
        match thread::Builder::new().stack_size(STACK).spawn(work.clone()) {
            Ok(_) => {}
            // Those there are do it all.
            Err(_) if started > 0 => break,
            Err(error) => panic!("cannot start a thread: {error}"),
        }
    }
    results
}

/// What the threads have to hand over.
struct Results {
    receiver: Receiver<(usize, Result<Photo, Error>)>,
    token: CancelToken,
}

impl Iterator for Results {
    type Item = (usize, Result<Photo, Error>);

    fn next(&mut self) -> Option<Self::Item> {
        // No thread is left once all has been handed over.
        self.receiver.recv().ok()
    }
}

impl Drop for Results {
    fn drop(&mut self) {
        self.token.cancel();
    }
}
