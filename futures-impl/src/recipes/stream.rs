//! Results are handed over as they come.
//!
//! The futures are polled side by side whenever the stream is asked for its next item, and the consumer awaits that.
//! What is easy to get wrong: nothing moves while nobody asks, so a consumer who awaits something else between two
//! items stops every download meanwhile, and may find them timed out. Dropping the stream cancels the downloads that
//! are running.

use futures::stream::{self, Stream, StreamExt};

use crate::runtime::Runtime;
use crate::{Client, Error, Photo};

/// Downloads the photos at `urls`, at most `in_flight` at once, and hands over each result as soon as it is there.
///
/// With each comes its place in `urls`; a download that fails takes no other with it.
pub fn stream<R: Runtime>(
    client: &Client<R>,
    urls: &[String],
    in_flight: usize,
) -> impl Stream<Item = (usize, Result<Photo, Error>)> {
    // By index: a closure that is given references makes a future that the compiler does not see to be `Send`.
    let downloads =
        (0..urls.len()).map(move |index| async move { (index, client.download(&urls[index]).await) });
    stream::iter(downloads).buffer_unordered(in_flight.max(1))
}
