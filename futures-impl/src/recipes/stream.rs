//! Results in the order in which the downloads end.
//!
//! The consumer awaits the next item of the stream, which polls the futures concurrently. Easy to get wrong: no
//! download advances unless the stream is polled, so a consumer that awaits something else between two items stops
//! them all, and may find them timed out. Dropping the stream cancels the running downloads.

use std::future::Future;

use futures::stream::{self, Stream, StreamExt};

use crate::Client;
use crate::runtime::Runtime;

/// Calls `work` with each of `urls`, at most `in_flight` at once, and passes each result on as soon as it arrives.
///
/// Each result has its index in `urls`, and one failure fails one photo.
///
/// ```
/// use std::pin::pin;
///
/// use futures::StreamExt;
/// use photo_futures::{Backoff, Client, recipes, runtime::Tokio};
/// # let server = photo_server::PhotoServer::start()?;
/// # let urls = vec![server.url("/photo"); 3];
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let client = Client::<Tokio>::default();
/// let mut results = pin!(recipes::stream(&client, &urls, 8, Client::download));
/// while let Some((index, result)) = results.next().await {
///     println!("{}: {result:?}", urls[index]);
/// }
/// let retry = |client, url| recipes::retry(client, url, Backoff::default(), Client::download);
/// assert!(recipes::stream(&client, &urls, 8, retry).all(async |(_, result)| result.is_ok()).await);
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn stream<'a, R, W, F>(
    client: &'a Client<R>,
    urls: &'a [String],
    in_flight: usize,
    work: W,
) -> impl Stream<Item = (usize, F::Output)> + use<'a, R, W, F>
where
    R: Runtime,
    W: Fn(&'a Client<R>, &'a str) -> F,
    F: Future,
{
    // An index is passed, because a closure over references makes a future that the compiler does not see to be
    // `Send`.
    let downloads = (0..urls.len()).map(move |index| {
        let result = work(client, &urls[index]);
        async move { (index, result.await) }
    });
    stream::iter(downloads).buffer_unordered(in_flight.max(1))
}
