//! A new client for each download.
//!
//! `Client::default().download(url)` is one line, and nothing has to be passed around. But a client is where
//! connections are kept, and where the certificates that it trusts are prepared: each download connects again, shakes
//! hands again over https, and leaves a closed connection behind. Make one client and clone it, which is cheap; every
//! recipe is given one.

use photo_tests::Style;

use super::fixture::Fixture;
use super::pitfall::{Pitfall, Variants, Work, both};
use crate::record::pitfall::Metric;

pub(super) const PITFALL: Pitfall = Pitfall {
    name: "new-client",
    file: "new_client.rs",
    why: "a client is what keeps connections; a new one has to make its own",
    recipe: "one",
    hurts: Metric::Time,
    work: Work::of(PHOTO, 300),
    styles: STYLES,
};

pub(super) const WITH_TLS: Pitfall = Pitfall {
    name: "new-client-tls",
    why: "the same over https, where a connection costs a handshake",
    work: Work { tls: true, ..Work::of(PHOTO, 300) },
    ..PITFALL
};

const PHOTO: &str = "/photo?bytes=32768";

const STYLES: &[(Style, Variants)] = &[
    (Style::Blocking, both!(on_blocking, blocking)),
    (Style::Callbacks, both!(on_callbacks, callbacks)),
    (Style::Tokio, both!(on_tokio, futures)),
];

mod blocking {
    use photo_blocking::Client;

    use super::Fixture;

    pub(super) fn right(client: &Client, fixture: &Fixture) {
        for url in &fixture.urls {
            fixture.tally.keep(&client.download(url));
        }
    }

    pub(super) fn wrong(_: &Client, fixture: &Fixture) {
        for url in &fixture.urls {
            let client = Client::new(fixture.config.clone()).expect("the configuration works");
            fixture.tally.keep(&client.download(url));
        }
    }
}

mod callbacks {
    use std::sync::Arc;

    use photo_callbacks::Client;

    use super::Fixture;

    pub(super) fn right(client: &Client, fixture: &Fixture) {
        for url in &fixture.urls {
            download(client, url, fixture);
        }
    }

    pub(super) fn wrong(_: &Client, fixture: &Fixture) {
        for url in &fixture.urls {
            let client = Client::new(fixture.config.clone()).expect("the configuration works");
            download(&client, url, fixture);
        }
    }

    fn download(client: &Client, url: &str, fixture: &Fixture) {
        let tally = Arc::clone(&fixture.tally);
        client.download(url, move |photo| tally.keep(&photo));
        client.run();
    }
}

mod futures {
    use photo_futures::Client;
    use photo_futures::runtime::Runtime;

    use super::Fixture;

    pub(super) async fn right<R: Runtime>(client: &Client<R>, fixture: &Fixture) {
        for url in &fixture.urls {
            fixture.tally.keep(&client.download(url).await);
        }
    }

    pub(super) async fn wrong<R: Runtime>(client: &Client<R>, fixture: &Fixture) {
        for url in &fixture.urls {
            let runtime = client.runtime().clone();
            let client = Client::new(runtime, fixture.config.clone()).expect("the configuration works");
            fixture.tally.keep(&client.download(url).await);
        }
    }
}
