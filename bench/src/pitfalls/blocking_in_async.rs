//! A call that blocks, where nothing may block: in an asynchronous task, or in a callback.
//!
//! A blocking client, or `std::thread::sleep`, compiles where an `.await` belongs. The task keeps its thread while it
//! waits, so all other tasks of the thread wait too. Await, or use a call with a callback; work that can only block
//! goes to a worker thread by `offload`, as in the recipe `thumbnail`.

use std::time::Duration;

use photo_callbacks::Client;
use photo_futures::runtime::Runtime;
use photo_tests::Style;

use super::fixture::Fixture;
use super::pitfall::{Pitfall, Work, both};
use crate::record::pitfall::Metric;

pub(super) const PITFALL: Pitfall = Pitfall {
    name: "blocking-in-async",
    file: "blocking_in_async.rs",
    why: "a call that blocks keeps the thread from all others; await, or offload it",
    recipe: "thumbnail",
    hurts: Metric::P99,
    work: Work { others: 1000, ..Work::of("/photo?bytes=32768&delay_ms=40", 6) },
    styles: &[
        (Style::Callbacks, both!(on_callbacks, callbacks_right, callbacks_wrong)),
        (Style::Tokio, both!(on_tokio, async_right, async_wrong)),
        (Style::Smol, both!(on_smol, async_right, async_wrong)),
    ],
};

/// Pause between two photos, in which the others have their turn.
const PAUSE: Duration = Duration::from_millis(10);

fn callbacks_right(client: &Client, fixture: &Fixture) {
    next_right(client.clone(), fixture.clone());
}

fn next_right(client: Client, mut fixture: Fixture) {
    let Some(url) = fixture.urls.pop() else { return };
    client.clone().download(&url, move |photo| {
        fixture.tally.keep(&photo);
        client.clone().after(PAUSE, move || next_right(client, fixture));
    });
}

fn callbacks_wrong(client: &Client, fixture: &Fixture) {
    next_wrong(client.clone(), fixture.blocking_client(), fixture.clone());
}

fn next_wrong(client: Client, blocking: photo_blocking::Client, mut fixture: Fixture) {
    let Some(url) = fixture.urls.pop() else { return };
    fixture.tally.keep(&blocking.download(&url));
    client.clone().after(PAUSE, move || next_wrong(client, blocking, fixture));
}

async fn async_right<R: Runtime>(client: &photo_futures::Client<R>, fixture: &Fixture) {
    for url in &fixture.urls {
        fixture.tally.keep(&client.download(url).await);
        client.runtime().sleep(PAUSE).await;
    }
}

async fn async_wrong<R: Runtime>(client: &photo_futures::Client<R>, fixture: &Fixture) {
    let blocking = fixture.blocking_client();
    for url in &fixture.urls {
        fixture.tally.keep(&blocking.download(url));
        client.runtime().sleep(PAUSE).await;
    }
}
