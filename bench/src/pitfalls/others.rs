//! The innocent: downloads that go on beside, and have done nothing wrong.

use std::rc::Rc;

use ::futures::future;
use photo_callbacks::Client;
use photo_futures::runtime::Runtime;

use super::scene::Scene;

/// So many at once: each next one starts when one ends.
const IN_FLIGHT: usize = 8;

pub(super) fn callbacks(client: &Client, scene: &Scene) {
    let scene = Rc::new(scene.clone());
    for _ in 0..IN_FLIGHT {
        next(client.clone(), Rc::clone(&scene));
    }
}

fn next(client: Client, scene: Rc<Scene>) {
    let Some(ticket) = scene.timed.start() else { return };
    client.clone().download(&Rc::clone(&scene).other_url, move |result| {
        scene.timed.done(&ticket, result);
        next(client, scene);
    });
}

pub(super) async fn futures<R: Runtime>(client: &photo_futures::Client<R>, scene: &Scene) {
    let chain = async || {
        while let Some(ticket) = scene.timed.start() {
            scene.timed.done(&ticket, client.download(&scene.other_url).await);
        }
    };
    future::join_all((0..IN_FLIGHT).map(|_| chain())).await;
}
