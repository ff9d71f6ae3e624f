//! Results are handed over as they come.
//!
//! The futures are polled side by side whenever the stream is asked for its next item, and the consumer awaits that.
//! What is easy to get wrong: nothing moves while nobody asks, so a consumer that awaits something else between two
//! items stops every download meanwhile, and may find them timed out. Dropping the stream cancels the downloads that
//! are running.

use std::future::Future;

use futures::stream::{self, Stream, StreamExt};

use crate::Client;
use crate::runtime::Runtime;

/// Does `work` with each of `urls`, at most `in_flight` at once, and hands over each result as soon as it is there.
///
/// With each comes its place in `urls`; a download that fails takes no other with it.
///
/// ```
/// use std::pin::pin;
///
/// use futures::StreamExt;
/// use photo_futures::{Backoff, Client, recipes, runtime::Smol};
/// # let server = photo_server::PhotoServer::start()?;
/// # let urls = vec![server.url("/photo"); 3];
///
/// # smol::block_on(async {
/// let client = Client::<Smol>::default();
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
    // By index: a closure that is given references makes a future that the compiler does not see to be `Send`.
    let downloads = (0..urls.len()).map(move |index| {
        let result = work(client, &urls[index]);
        async move { (index, result.await) }
    });
    stream::iter(downloads).buffer_unordered(in_flight.max(1))
}
