//! The bystanders: concurrent downloads without a mistake.

use std::rc::Rc;

use ::futures::future;
use photo_callbacks::Client;
use photo_futures::runtime::Runtime;
use photo_tests::Feed;

use crate::load::samples::Samples;

/// So many at once: each next one starts when one ends.
const IN_FLIGHT: usize = 8;

pub(super) fn callbacks(client: &Client, url: &str, timed: &Samples) {
    let url: Rc<str> = url.into();
    for _ in 0..IN_FLIGHT {
        next(client.clone(), Rc::clone(&url), timed.clone());
    }
}

fn next(client: Client, url: Rc<str>, timed: Samples) {
    let Some(turn) = timed.next() else { return };
    client.clone().download(&Rc::clone(&url), move |result| {
        timed.done(&turn, result);
        next(client, url, timed);
    });
}

pub(super) async fn futures<R: Runtime>(client: &photo_futures::Client<R>, url: &str, timed: &Samples) {
    let chain = async || {
        while let Some(turn) = timed.next() {
            timed.done(&turn, client.download(url).await);
        }
    };
    future::join_all((0..IN_FLIGHT).map(|_| chain())).await;
}
