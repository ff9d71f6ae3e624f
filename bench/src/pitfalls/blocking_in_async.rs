//! A call that blocks, where nothing may block: in an asynchronous task, or in a callback.
//!
//! There is a client that blocks, or a `std::thread::sleep`, and the compiler takes it where an `.await` should stand.
//! The task does not give its thread back while it waits, so all other tasks of the thread wait with it. Await, or call
//! what has a callback; what can only block goes to a worker thread by `offload`, as in the recipe `thumbnail`.

use std::time::Duration;

use photo_tests::Contender;

use super::others;
use super::pitfall::{Pitfall, Ways, Work};
use crate::record::pitfall::Metric;

pub(super) const PITFALL: Pitfall = Pitfall {
    name: "blocking-in-async",
    file: "blocking_in_async.rs",
    why: "a call that blocks keeps the thread from all others; await, or offload it",
    recipe: "thumbnail",
    hurts: Metric::P99,
    work: Work { others: 1000, ..Work::of("/photo?bytes=32768&delay_ms=40", 6) },
    styles: &[
        (Contender::Callbacks, Ways { right: callbacks::right, wrong: callbacks::wrong }),
        (
            Contender::Tokio,
            Ways {
                right: |scene| scene.on_tokio(futures::right),
                wrong: |scene| scene.on_tokio(futures::wrong),
            },
        ),
        (
            Contender::Smol,
            Ways {
                right: |scene| scene.on_smol(futures::right),
                wrong: |scene| scene.on_smol(futures::wrong),
            },
        ),
    ],
};

/// From one photo to the next, the others have their turn.
const PAUSE: Duration = Duration::from_millis(10);

mod callbacks {
    use photo_callbacks::Client;

    use super::{PAUSE, others};
    use crate::pitfalls::scene::Scene;

    pub(super) fn right(scene: &Scene) {
        let client = Client::new(scene.config.clone()).expect("the configuration works");
        others::callbacks(&client, scene);
        next_right(client.clone(), scene.clone());
        client.run();
    }

    fn next_right(client: Client, mut scene: Scene) {
        let Some(url) = scene.urls.pop() else { return };
        client.clone().download(&url, move |photo| {
            scene.score.keep(&photo);
            client.clone().after(PAUSE, move || next_right(client, scene));
        });
    }

    pub(super) fn wrong(scene: &Scene) {
        let client = Client::new(scene.config.clone()).expect("the configuration works");
        let blocking = photo_blocking::Client::new(scene.config.clone()).expect("the configuration works");
        others::callbacks(&client, scene);
        next_wrong(client.clone(), blocking, scene.clone());
        client.run();
    }

    fn next_wrong(client: Client, blocking: photo_blocking::Client, mut scene: Scene) {
        let Some(url) = scene.urls.pop() else { return };
        scene.score.keep(&blocking.download(&url));
        client.clone().after(PAUSE, move || next_wrong(client, blocking, scene));
    }
}

mod futures {
    use futures::join;
    use photo_futures::Client;
    use photo_futures::runtime::Runtime;

    use super::{PAUSE, others};
    use crate::pitfalls::scene::Scene;

    pub(super) async fn right<R: Runtime>(runtime: R, scene: &Scene) {
        let client = Client::new(runtime, scene.config.clone()).expect("the configuration works");
        let photos = async {
            for url in &scene.urls {
                scene.score.keep(&client.download(url).await);
                client.runtime().sleep(PAUSE).await;
            }
        };
        join!(others::futures(&client, scene), photos);
    }

    pub(super) async fn wrong<R: Runtime>(runtime: R, scene: &Scene) {
        let client = Client::new(runtime, scene.config.clone()).expect("the configuration works");
        let blocking = photo_blocking::Client::new(scene.config.clone()).expect("the configuration works");
        let photos = async {
            for url in &scene.urls {
                scene.score.keep(&blocking.download(url));
                client.runtime().sleep(PAUSE).await;
            }
        };
        join!(others::futures(&client, scene), photos);
    }
}
