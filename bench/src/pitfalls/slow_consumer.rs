//! Awaiting something else between two items of a stream of downloads.
//!
//! `while let Some(photo) = photos.next().await { store(photo).await }` reads like any loop. But the downloads of
//! `buffered` and `buffer_unordered` advance only while the next item is awaited: during `store` they stop, with their
//! replies unread and their timeouts running. Put the consuming into the futures that are polled together (with a
//! lock, if only one may consume at a time), or spawn the downloads as tasks; threads and the event loop move the
//! other downloads by themselves.

use std::time::Duration;

use futures::lock::Mutex;
use futures::stream::{self, StreamExt};
use photo_futures::runtime::Runtime;
use photo_futures::{Client, Error, Photo};
use photo_tests::{Feed, Style};

use super::fixture::Fixture;
use super::pitfall::{Pitfall, Work, both};
use crate::record::pitfall::Metric;

pub(super) const PITFALL: Pitfall = Pitfall {
    name: "slow-consumer",
    file: "slow_consumer.rs",
    why: "`buffer_unordered` moves its downloads only while it is asked for the next",
    recipe: "stream",
    hurts: Metric::P99,
    work: Work::of("/photo?bytes=32768&delay_ms=10", 64),
    styles: &[(Style::Tokio, both!(on_tokio, right, wrong)), (Style::Smol, both!(on_smol, right, wrong))],
};

const IN_FLIGHT: usize = 16;

async fn right<R: Runtime>(client: &Client<R>, fixture: &Fixture) {
    let one_at_a_time = Mutex::new(());
    let photos = stream::iter(&fixture.urls).for_each_concurrent(IN_FLIGHT, async |url| {
        let photo = timed(client, url, fixture).await;
        let _turn = one_at_a_time.lock().await;
        store(client, photo, fixture).await;
    });
    photos.await;
}

async fn wrong<R: Runtime>(client: &Client<R>, fixture: &Fixture) {
    let downloads = fixture.urls.iter().map(|url| timed(client, url, fixture));
    let mut photos = stream::iter(downloads).buffer_unordered(IN_FLIGHT);
    while let Some(photo) = photos.next().await {
        store(client, photo, fixture).await;
    }
}

async fn timed<R: Runtime>(client: &Client<R>, url: &str, fixture: &Fixture) -> Result<Photo, Error> {
    let turn = fixture.timed.next();
    let result = client.download(url).await;
    if let (Some(turn), Ok(photo)) = (turn, &result) {
        fixture.timed.arrived(&turn, photo.bytes.len());
    }
    result
}

/// Stores a photo like a database: it takes its time, and leaves the thread to others.
async fn store<R: Runtime>(client: &Client<R>, photo: Result<Photo, Error>, fixture: &Fixture) {
    client.runtime().sleep(Duration::from_millis(4)).await;
    fixture.tally.keep(&photo);
}
