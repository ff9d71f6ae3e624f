//! Waiting for each photo before the next one is asked for.
//!
//! A loop over the URLs with a download in it is what one writes first, and each of its downloads is as fast as can be.
//! But their waiting adds up, however little of it is work: as many round trips as photos. Wait for many of them
//! together, with a bound, as the recipe `many` does.

use std::sync::Arc;

use photo_futures::runtime::Runtime;
use photo_tests::Style;

use super::fixture::Fixture;
use super::pitfall::{Pitfall, Work, both};
use crate::record::pitfall::Metric;

pub(super) const PITFALL: Pitfall = Pitfall {
    name: "one-by-one",
    file: "one_by_one.rs",
    why: "the waiting adds up, where most of it could be shared",
    recipe: "many",
    hurts: Metric::Time,
    work: Work::of("/photo?bytes=32768&delay_ms=5", 64),
    styles: &[
        (Style::Blocking, both!(on_blocking, blocking_right, blocking_wrong)),
        (Style::Callbacks, both!(on_callbacks, callbacks_right, callbacks_wrong)),
        (Style::Tokio, both!(on_tokio, async_right, async_wrong)),
    ],
};

const IN_FLIGHT: usize = 16;

fn blocking_right(client: &photo_blocking::Client, fixture: &Fixture) {
    fixture.tally.keep_all(&photo_blocking::recipes::many(client, &fixture.urls, IN_FLIGHT));
}

fn blocking_wrong(client: &photo_blocking::Client, fixture: &Fixture) {
    for url in &fixture.urls {
        fixture.tally.keep(&client.download(url));
    }
}

fn callbacks_right(client: &photo_callbacks::Client, fixture: &Fixture) {
    let tally = Arc::clone(&fixture.tally);
    photo_callbacks::recipes::many(client, &fixture.urls, IN_FLIGHT, move |photos| tally.keep_all(&photos));
}

fn callbacks_wrong(client: &photo_callbacks::Client, fixture: &Fixture) {
    next(client.clone(), fixture.clone());
}

fn next(client: photo_callbacks::Client, mut fixture: Fixture) {
    let Some(url) = fixture.urls.pop() else { return };
    client.clone().download(&url, move |photo| {
        fixture.tally.keep(&photo);
        next(client, fixture);
    });
}

async fn async_right<R: Runtime>(client: &photo_futures::Client<R>, fixture: &Fixture) {
    fixture.tally.keep_all(&photo_futures::recipes::many(client, &fixture.urls, IN_FLIGHT).await);
}

async fn async_wrong<R: Runtime>(client: &photo_futures::Client<R>, fixture: &Fixture) {
    for url in &fixture.urls {
        fixture.tally.keep(&client.download(url).await);
    }
}
