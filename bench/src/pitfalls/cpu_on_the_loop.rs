//! Computing where others wait: on the event loop, or in an asynchronous task.
//!
//! The photo is there, so the code computes at once. It compiles and works, but the one thread that waits for all
//! downloads computes instead, and every other download waits. Give the computation to a worker thread, as the recipe
//! `thumbnail` does. With blocking calls a computing thread delays only itself, so there is no such mistake.

use photo_callbacks::{Client, ThumbnailError, recipes};
use photo_futures::runtime::Runtime;
use photo_tests::Style;

use super::fixture::Fixture;
use super::pitfall::{Pitfall, Work, both};
use crate::record::pitfall::Metric;

pub(super) const PITFALL: Pitfall = Pitfall {
    name: "cpu-on-the-loop",
    file: "cpu_on_the_loop.rs",
    why: "while the thread that waits for all computes, all wait",
    recipe: "thumbnail",
    hurts: Metric::P99,
    work: Work { others: 1000, ..Work::of("/folder/large.jpeg", 8) },
    styles: &[
        (Style::Callbacks, both!(on_callbacks, callbacks_right, callbacks_wrong)),
        (Style::Tokio, both!(on_tokio, async_right, async_wrong)),
        (Style::Smol, both!(on_smol, async_right, async_wrong)),
    ],
};

const MAX_SIDE: u32 = 128;

fn callbacks_right(client: &Client, fixture: &Fixture) {
    next_right(client.clone(), fixture.clone());
}

fn next_right(client: Client, mut fixture: Fixture) {
    let Some(url) = fixture.urls.pop() else { return };
    recipes::thumbnail(&client.clone(), &url, MAX_SIDE, move |thumbnail| {
        fixture.tally.keep(&thumbnail);
        next_right(client, fixture);
    });
}

fn callbacks_wrong(client: &Client, fixture: &Fixture) {
    next_wrong(client.clone(), fixture.clone());
}

fn next_wrong(client: Client, mut fixture: Fixture) {
    let Some(url) = fixture.urls.pop() else { return };
    client.clone().download(&url, move |result| {
        let thumbnail = result.map_err(ThumbnailError::from).and_then(|photo| photo.thumbnail(MAX_SIDE));
        fixture.tally.keep(&thumbnail);
        next_wrong(client, fixture);
    });
}

async fn async_right<R: Runtime>(client: &photo_futures::Client<R>, fixture: &Fixture) {
    for url in &fixture.urls {
        fixture.tally.keep(&photo_futures::recipes::thumbnail(client, url, MAX_SIDE).await);
    }
}

async fn async_wrong<R: Runtime>(client: &photo_futures::Client<R>, fixture: &Fixture) {
    for url in &fixture.urls {
        let result = client.download(url).await;
        let thumbnail = result.map_err(ThumbnailError::from).and_then(|photo| photo.thumbnail(MAX_SIDE));
        fixture.tally.keep(&thumbnail);
    }
}
