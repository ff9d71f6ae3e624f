//! All downloads at once, without a limit.
//!
//! Downloads are cheap to start (a callback, a future, even a thread), so why not start them all? Because the server
//! has a limit: it refuses further connections, and their photos are lost. Bound the number in flight, as the recipe
//! `many` does.

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
        (Style::Blocking, both!(on_blocking, blocking)),
        (Style::Callbacks, both!(on_callbacks, callbacks)),
        (Style::Tokio, both!(on_tokio, futures)),
    ],
};

const IN_FLIGHT: usize = 32;

mod blocking {
    use std::thread;

    use photo_blocking::{Client, recipes};

    use super::{Fixture, IN_FLIGHT};

    pub(super) fn right(client: &Client, fixture: &Fixture) {
        fixture.tally.keep_all(&recipes::many(client, &fixture.urls, IN_FLIGHT));
    }

    pub(super) fn wrong(client: &Client, fixture: &Fixture) {
        thread::scope(|scope| {
            for url in &fixture.urls {
                scope.spawn(|| fixture.tally.keep(&client.download(url)));
            }
        });
    }
}

mod callbacks {
    use std::sync::Arc;

    use photo_callbacks::{Client, recipes};

    use super::{Fixture, IN_FLIGHT};

    pub(super) fn right(client: &Client, fixture: &Fixture) {
        let tally = Arc::clone(&fixture.tally);
        recipes::many(client, &fixture.urls, IN_FLIGHT, move |photos| tally.keep_all(&photos));
    }

    pub(super) fn wrong(client: &Client, fixture: &Fixture) {
        for url in &fixture.urls {
            let tally = Arc::clone(&fixture.tally);
            client.download(url, move |photo| tally.keep(&photo));
        }
    }
}

mod futures {
    use futures::future;
    use photo_futures::runtime::Runtime;
    use photo_futures::{Client, recipes};

    use super::{Fixture, IN_FLIGHT};

    pub(super) async fn right<R: Runtime>(client: &Client<R>, fixture: &Fixture) {
        fixture.tally.keep_all(&recipes::many(client, &fixture.urls, IN_FLIGHT).await);
    }

    pub(super) async fn wrong<R: Runtime>(client: &Client<R>, fixture: &Fixture) {
        fixture.tally.keep_all(&future::join_all(fixture.urls.iter().map(|url| client.download(url))).await);
    }
}
