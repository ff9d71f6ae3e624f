//! Awaiting something else between two items of a stream of downloads.
//!
//! `while let Some(photo) = photos.next().await { store(photo).await }` reads like any loop. But the downloads of
//! `buffered` and `buffer_unordered` move only while somebody asks for the next item: during `store` they stand still,
//! with their replies unread and their timeouts running. Put the consuming into the futures that are polled together
//! (with a lock, if only one may consume at a time), or spawn the downloads as tasks; threads and the event loop move
//! the other downloads by themselves.

use std::time::Duration;

use futures::lock::Mutex;
use futures::stream::{self, StreamExt};
use photo_futures::runtime::Runtime;
use photo_futures::{Client, Error, Photo};
use photo_tests::Contender;

use super::pitfall::{Pitfall, Ways, Work};
use super::scene::Scene;
use crate::record::pitfall::Metric;

pub(super) const PITFALL: Pitfall = Pitfall {
    name: "slow-consumer",
    file: "slow_consumer.rs",
    why: "`buffer_unordered` moves its downloads only while it is asked for the next",
    recipe: "stream",
    hurts: Metric::P99,
    work: Work::of("/photo?bytes=32768&delay_ms=10", 64),
    styles: &[
        (
            Contender::Tokio,
            Ways { right: |scene| scene.on_tokio(right), wrong: |scene| scene.on_tokio(wrong) },
        ),
        (Contender::Smol, Ways { right: |scene| scene.on_smol(right), wrong: |scene| scene.on_smol(wrong) }),
    ],
};

const IN_FLIGHT: usize = 16;

async fn right<R: Runtime>(runtime: R, scene: &Scene) {
    let client = Client::new(runtime, scene.config.clone()).expect("the configuration works");
    let one_at_a_time = Mutex::new(());
    let photos = stream::iter(&scene.urls).for_each_concurrent(IN_FLIGHT, async |url| {
        let photo = timed(&client, url, scene).await;
        let _turn = one_at_a_time.lock().await;
        store(&client, photo, scene).await;
    });
    photos.await;
}

async fn wrong<R: Runtime>(runtime: R, scene: &Scene) {
    let client = Client::new(runtime, scene.config.clone()).expect("the configuration works");
    let downloads = scene.urls.iter().map(|url| timed(&client, url, scene));
    let mut photos = stream::iter(downloads).buffer_unordered(IN_FLIGHT);
    while let Some(photo) = photos.next().await {
        store(&client, photo, scene).await;
    }
}

async fn timed<R: Runtime>(client: &Client<R>, url: &str, scene: &Scene) -> Result<Photo, Error> {
    let ticket = scene.timed.start();
    let result = client.download(url).await;
    if let (Some(ticket), Ok(photo)) = (ticket, &result) {
        scene.timed.arrived(&ticket, photo.bytes.len());
    }
    result
}

/// As a database would: it takes its time, and leaves the thread to others.
async fn store<R: Runtime>(client: &Client<R>, photo: Result<Photo, Error>, scene: &Scene) {
    client.runtime().sleep(Duration::from_millis(4)).await;
    scene.score.keep(&photo);
}
