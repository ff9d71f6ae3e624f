//! A new client for each download.
//!
//! `Client::default().download(url)` is one line, and nothing has to be passed around. But a client is where
//! connections are kept, and where the certificates that it trusts are prepared: each download connects again, shakes
//! hands again over https, and leaves a closed connection behind. Make one client and clone it, which is cheap; every
//! recipe is given one.

use std::sync::Arc;

use photo_futures::runtime::Runtime;
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
    (Style::Blocking, both!(on_blocking, blocking_right, blocking_wrong)),
    (Style::Callbacks, both!(on_callbacks, callbacks_right, callbacks_wrong)),
    (Style::Tokio, both!(on_tokio, async_right, async_wrong)),
];

fn blocking_right(client: &photo_blocking::Client, fixture: &Fixture) {
    for url in &fixture.urls {
        fixture.tally.keep(&client.download(url));
    }
}

fn blocking_wrong(_: &photo_blocking::Client, fixture: &Fixture) {
    for url in &fixture.urls {
        fixture.tally.keep(&fixture.blocking_client().download(url));
    }
}

fn callbacks_right(client: &photo_callbacks::Client, fixture: &Fixture) {
    for url in &fixture.urls {
        download(client, url, fixture);
    }
}

fn callbacks_wrong(_: &photo_callbacks::Client, fixture: &Fixture) {
    for url in &fixture.urls {
        download(&fixture.callback_client(), url, fixture);
    }
}

fn download(client: &photo_callbacks::Client, url: &str, fixture: &Fixture) {
    let tally = Arc::clone(&fixture.tally);
    client.download(url, move |photo| tally.keep(&photo));
    client.run();
}

async fn async_right<R: Runtime>(client: &photo_futures::Client<R>, fixture: &Fixture) {
    for url in &fixture.urls {
        fixture.tally.keep(&client.download(url).await);
    }
}

async fn async_wrong<R: Runtime>(client: &photo_futures::Client<R>, fixture: &Fixture) {
    for url in &fixture.urls {
        let client = fixture.async_client(client.runtime().clone());
        fixture.tally.keep(&client.download(url).await);
    }
}
