//! Waiting for each photo before the next one is asked for.
//!
//! A loop over the URLs with a download in it is what one writes first, and each of its downloads is as fast as can be.
//! But their waiting adds up, however little of it is work: as many round trips as photos. Wait for many of them
//! together, with a bound, as the recipe `many` does.

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
        (Style::Blocking, both!(on_blocking, blocking)),
        (Style::Callbacks, both!(on_callbacks, callbacks)),
        (Style::Tokio, both!(on_tokio, futures)),
    ],
};

const IN_FLIGHT: usize = 16;

mod blocking {
    use photo_blocking::{Client, recipes};

    use super::{Fixture, IN_FLIGHT};

    pub(super) fn right(client: &Client, fixture: &Fixture) {
        fixture.tally.keep_all(&recipes::many(client, &fixture.urls, IN_FLIGHT));
    }

    pub(super) fn wrong(client: &Client, fixture: &Fixture) {
        for url in &fixture.urls {
            fixture.tally.keep(&client.download(url));
        }
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
        next(client.clone(), fixture.clone());
    }

    fn next(client: Client, mut fixture: Fixture) {
        let Some(url) = fixture.urls.pop() else { return };
        client.clone().download(&url, move |photo| {
            fixture.tally.keep(&photo);
            next(client, fixture);
        });
    }
}

mod futures {
    use photo_futures::runtime::Runtime;
    use photo_futures::{Client, recipes};

    use super::{Fixture, IN_FLIGHT};

    pub(super) async fn right<R: Runtime>(client: &Client<R>, fixture: &Fixture) {
        fixture.tally.keep_all(&recipes::many(client, &fixture.urls, IN_FLIGHT).await);
    }

    pub(super) async fn wrong<R: Runtime>(client: &Client<R>, fixture: &Fixture) {
        for url in &fixture.urls {
            fixture.tally.keep(&client.download(url).await);
        }
    }
}
