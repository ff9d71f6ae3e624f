//! All downloads at once, without a limit.
//!
//! Downloads are cheap to start (a callback, a future, even a thread), so why not start them all? Because the server
//! has a limit: it refuses further connections, and their photos are lost. Bound the number in flight, as the recipe
//! `many` does.

use std::sync::Arc;
use std::thread;

use futures::future::join_all;
use photo_futures::runtime::Runtime;
use photo_tests::Style;

use super::fixture::Fixture;
use super::pitfall::{Pitfall, Work, both};
use crate::record::pitfall::Metric;

pub(super) const PITFALL: Pitfall = Pitfall {
    name: "unbounded",
    file: "unbounded.rs",
    why: "the server resets connections beyond its limit, here 64, and those photos do not come",
    recipe: "many",
    hurts: Metric::Photos,
    work: Work { max_connections: Some(64), ..Work::of("/photo?bytes=32768&delay_ms=20", 512) },
    styles: &[
        (Style::Blocking, both!(on_blocking, blocking_right, blocking_wrong)),
        (Style::Callbacks, both!(on_callbacks, callbacks_right, callbacks_wrong)),
        (Style::Tokio, both!(on_tokio, async_right, async_wrong)),
    ],
};

const IN_FLIGHT: usize = 32;

fn blocking_right(client: &photo_blocking::Client, fixture: &Fixture) {
    fixture.tally.keep_all(&photo_blocking::recipes::many(client, &fixture.urls, IN_FLIGHT));
}

fn blocking_wrong(client: &photo_blocking::Client, fixture: &Fixture) {
    thread::scope(|scope| {
        for url in &fixture.urls {
            scope.spawn(|| fixture.tally.keep(&client.download(url)));
        }
    });
}

fn callbacks_right(client: &photo_callbacks::Client, fixture: &Fixture) {
    let tally = Arc::clone(&fixture.tally);
    photo_callbacks::recipes::many(client, &fixture.urls, IN_FLIGHT, move |photos| tally.keep_all(&photos));
}

fn callbacks_wrong(client: &photo_callbacks::Client, fixture: &Fixture) {
    for url in &fixture.urls {
        let tally = Arc::clone(&fixture.tally);
        client.download(url, move |photo| tally.keep(&photo));
    }
}

async fn async_right<R: Runtime>(client: &photo_futures::Client<R>, fixture: &Fixture) {
    fixture.tally.keep_all(&photo_futures::recipes::many(client, &fixture.urls, IN_FLIGHT).await);
}

async fn async_wrong<R: Runtime>(client: &photo_futures::Client<R>, fixture: &Fixture) {
    fixture.tally.keep_all(&join_all(fixture.urls.iter().map(|url| client.download(url))).await);
}
