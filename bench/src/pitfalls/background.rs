//! The bystanders: concurrent downloads without a mistake.

use std::rc::Rc;

use ::futures::future;
use photo_callbacks::Client;
use photo_futures::runtime::Runtime;
use photo_tests::Feed;

use super::fixture::Fixture;

/// So many at once: each next one starts when one ends.
const IN_FLIGHT: usize = 8;

pub(super) fn callbacks(client: &Client, fixture: &Fixture) {
    let fixture = Rc::new(fixture.clone());
    for _ in 0..IN_FLIGHT {
        next(client.clone(), Rc::clone(&fixture));
    }
}

fn next(client: Client, fixture: Rc<Fixture>) {
    let Some(turn) = fixture.timed.next() else { return };
    client.clone().download(&Rc::clone(&fixture).other_url, move |result| {
        fixture.timed.done(&turn, result);
        next(client, fixture);
    });
}

pub(super) async fn futures<R: Runtime>(client: &photo_futures::Client<R>, fixture: &Fixture) {
    let chain = async || {
        while let Some(turn) = fixture.timed.next() {
            fixture.timed.done(&turn, client.download(&fixture.other_url).await);
        }
    };
    future::join_all((0..IN_FLIGHT).map(|_| chain())).await;
}
