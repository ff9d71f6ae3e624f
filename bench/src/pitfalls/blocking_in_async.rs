//! A call that blocks, where nothing may block: in an asynchronous task, or in a callback.
//!
//! A blocking client, or `std::thread::sleep`, compiles where an `.await` belongs. The task keeps its thread while it
//! waits, so all other tasks of the thread wait too. Await, or use a call with a callback; work that can only block
//! goes to a worker thread by `offload`, as in the recipe `thumbnail`.

use std::time::Duration;

use photo_tests::Style;

use super::background;
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
        (Style::Callbacks, both!(callbacks)),
        (Style::Tokio, both!(on_tokio, futures)),
        (Style::Smol, both!(on_smol, futures)),
    ],
};

/// Pause between two photos, in which the others have their turn.
const PAUSE: Duration = Duration::from_millis(10);

mod callbacks {
    use photo_callbacks::Client;

    use super::{PAUSE, background};
    use crate::pitfalls::fixture::Fixture;

    pub(super) fn right(fixture: &Fixture) {
        let client = Client::new(fixture.config.clone()).expect("the configuration works");
        background::callbacks(&client, fixture);
        next_right(client.clone(), fixture.clone());
        client.run();
    }

    fn next_right(client: Client, mut fixture: Fixture) {
        let Some(url) = fixture.urls.pop() else { return };
        client.clone().download(&url, move |photo| {
            fixture.tally.keep(&photo);
            client.clone().after(PAUSE, move || next_right(client, fixture));
        });
    }

    pub(super) fn wrong(fixture: &Fixture) {
        let client = Client::new(fixture.config.clone()).expect("the configuration works");
        let blocking = photo_blocking::Client::new(fixture.config.clone()).expect("the configuration works");
        background::callbacks(&client, fixture);
        next_wrong(client.clone(), blocking, fixture.clone());
        client.run();
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

    use super::{PAUSE, background};
    use crate::pitfalls::fixture::Fixture;

    pub(super) async fn right<R: Runtime>(runtime: R, fixture: &Fixture) {
        let client = Client::new(runtime, fixture.config.clone()).expect("the configuration works");
        let photos = async {
            for url in &fixture.urls {
                fixture.tally.keep(&client.download(url).await);
                client.runtime().sleep(PAUSE).await;
            }
        };
        join!(background::futures(&client, fixture), photos);
    }

    pub(super) async fn wrong<R: Runtime>(runtime: R, fixture: &Fixture) {
        let client = Client::new(runtime, fixture.config.clone()).expect("the configuration works");
        let blocking = photo_blocking::Client::new(fixture.config.clone()).expect("the configuration works");
        let photos = async {
            for url in &fixture.urls {
                fixture.tally.keep(&blocking.download(url));
                client.runtime().sleep(PAUSE).await;
            }
        };
        join!(background::futures(&client, fixture), photos);
    }
}
