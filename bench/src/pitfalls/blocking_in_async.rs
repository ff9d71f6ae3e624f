//! A call that blocks, where nothing may block: in an asynchronous task, or in a callback.
//!
//! A blocking client, or `std::thread::sleep`, compiles where an `.await` belongs. The task keeps its thread while it
//! waits, so all other tasks of the thread wait too. Await, or use a call with a callback; work that can only block
//! goes to a worker thread by `offload`, as in the recipe `thumbnail`.

use std::time::Duration;

use photo_tests::Style;

use super::background;
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
        (Style::Callbacks, both!(on_callbacks, callbacks)),
        (Style::Tokio, both!(on_tokio, futures)),
        (Style::Smol, both!(on_smol, futures)),
    ],
};

/// Pause between two photos, in which the others have their turn.
const PAUSE: Duration = Duration::from_millis(10);

mod callbacks {
    use photo_callbacks::Client;

    use super::{Fixture, PAUSE, background};

    pub(super) fn right(client: &Client, fixture: &Fixture) {
        background::callbacks(client, fixture);
        next_right(client.clone(), fixture.clone());
    }

    fn next_right(client: Client, mut fixture: Fixture) {
        let Some(url) = fixture.urls.pop() else { return };
        client.clone().download(&url, move |photo| {
            fixture.tally.keep(&photo);
            client.clone().after(PAUSE, move || next_right(client, fixture));
        });
    }

    pub(super) fn wrong(client: &Client, fixture: &Fixture) {
        let blocking = fixture.blocking_client();
        background::callbacks(client, fixture);
        next_wrong(client.clone(), blocking, fixture.clone());
    }

    fn next_wrong(client: Client, blocking: photo_blocking::Client, mut fixture: Fixture) {
        let Some(url) = fixture.urls.pop() else { return };
        fixture.tally.keep(&blocking.download(&url));
        client.clone().after(PAUSE, move || next_wrong(client, blocking, fixture));
    }
}

mod futures {
    use futures::join;
    use photo_futures::Client;
    use photo_futures::runtime::Runtime;

    use super::{Fixture, PAUSE, background};

    pub(super) async fn right<R: Runtime>(client: &Client<R>, fixture: &Fixture) {
        let photos = async {
            for url in &fixture.urls {
                fixture.tally.keep(&client.download(url).await);
                client.runtime().sleep(PAUSE).await;
            }
        };
        join!(background::futures(client, fixture), photos);
    }

    pub(super) async fn wrong<R: Runtime>(client: &Client<R>, fixture: &Fixture) {
        let blocking = fixture.blocking_client();
        let photos = async {
            for url in &fixture.urls {
                fixture.tally.keep(&blocking.download(url));
                client.runtime().sleep(PAUSE).await;
            }
        };
        join!(background::futures(client, fixture), photos);
    }
}
