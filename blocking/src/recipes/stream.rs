//! Results in the order in which the downloads end.
//!
//! Threads wait for the downloads and the iterator waits for the threads, each of which holds its result until it is
//! taken. Easy to get wrong: an unbounded channel fills the memory if the consumer is slow, and a consumer that stops
//! must leave no threads behind. Dropping the iterator cancels the running downloads, and the threads then end.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use crate::{CancelToken, Client};

/// Stack size that suffices for a download with TLS; the usual 2 MiB for each thread would be reserved in vain.
const STACK: usize = 256 << 10;

/// Calls `work` with each of `urls`, at most `in_flight` at once, and passes each result on as soon as it arrives.
///
/// Each result has its index in `urls`, and one failure fails one photo. `work` runs on a stack of 256 KiB. It receives a
/// client that is cancelled when the iterator is dropped:
///
/// ```
/// use photo_blocking::{Backoff, Client, recipes};
/// # let server = photo_server::PhotoServer::start()?;
/// # let urls = vec![server.url("/photo"); 3];
///
/// let client = Client::default();
/// for (index, result) in recipes::stream(&client, &urls, 8, Client::download) {
///     println!("{}: {result:?}", urls[index]);
/// }
/// let retry = |client: &Client, url: &str| recipes::retry(client, url, Backoff::default(), Client::download);
/// assert!(recipes::stream(&client, &urls, 8, retry).all(|(_, result)| result.is_ok()));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Panics
///
/// The iterator panics where `work` did.
pub fn stream<T, W>(
    client: &Client,
    urls: &[String],
    in_flight: usize,
    work: W,
) -> impl Iterator<Item = (usize, T)> + use<T, W>
where
    T: Send + 'static,
    W: Fn(&Client, &str) -> T + Send + Sync + 'static,
{
    let (client, token) = client.cancellable();
    let threads = in_flight.max(1).min(urls.len());
    let (urls, next) = (urls.to_vec(), AtomicUsize::new(0));
    let work_on_next = Arc::new(move || {
        let index = next.fetch_add(1, Relaxed);
        let url = urls.get(index)?;
        Some((index, work(&client, url)))
    });
    let (sender, receiver) = mpsc::sync_channel(0);
    for _ in 0..threads {
        let (work_on_next, sender) = (Arc::clone(&work_on_next), sender.clone());
        let work = move || {
            // A panic is passed on too: a lost result would look like the end.
            while let Some(result) = panic::catch_unwind(AssertUnwindSafe(&*work_on_next)).transpose() {
                if sender.send(result).is_err() {
                    break; // the iterator is gone
                }
            }
        };
        // If the system refuses another thread, the existing ones do all the work.
        if thread::Builder::new().stack_size(STACK).spawn(work).is_err() {
            break;
        }
    }
    Results { receiver, work_on_next, token }
}

/// The results from the threads.
struct Results<T> {
    receiver: Receiver<thread::Result<(usize, T)>>,
    work_on_next: Arc<dyn Fn() -> Option<(usize, T)> + Send + Sync>,
    token: CancelToken,
}

impl<T> Iterator for Results<T> {
    type Item = (usize, T);

    fn next(&mut self) -> Option<Self::Item> {
        // The channel closes with the last thread. If no thread could be started, this one works.
        match self.receiver.recv() {
            Ok(result) => Some(result.unwrap_or_else(|payload| panic::resume_unwind(payload))),
            Err(_) => (self.work_on_next)(),
        }
    }
}

impl<T> Drop for Results<T> {
    fn drop(&mut self) {
        self.token.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "no work")]
    fn a_panic_of_a_thread_reaches_the_consumer() {
        let urls = ["a", "b", "c"].map(String::from);
        let work = |_: &Client, url: &str| assert!(url != "b", "no work");
        stream(&Client::default(), &urls, 2, work).for_each(drop);
    }
}
