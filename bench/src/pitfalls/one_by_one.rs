//! Waiting for each photo before the next one is asked for.
//!
//! A loop over the URLs with a download in it is what one writes first, and each of its downloads is as fast as can be.
//! But their waiting adds up, however little of it is work: as many round trips as photos. Wait for many of them
//! together, with a bound, as the recipe `many` does.

use photo_tests::Contender;

use super::pitfall::{Pitfall, Ways, Work};
use crate::record::pitfall::Metric;

pub(super) const PITFALL: Pitfall = Pitfall {
    name: "one-by-one",
    file: "one_by_one.rs",
    why: "the waiting adds up, where most of it could be shared",
    recipe: "many",
    hurts: Metric::Time,
    work: Work::of("/photo?bytes=32768&delay_ms=5", 64),
    styles: &[
        (Contender::Blocking, Ways { right: blocking::right, wrong: blocking::wrong }),
        (Contender::Callbacks, Ways { right: callbacks::right, wrong: callbacks::wrong }),
        (
            Contender::Tokio,
            Ways {
                right: |scene| scene.on_tokio(futures::right),
                wrong: |scene| scene.on_tokio(futures::wrong),
            },
        ),
    ],
};

const IN_FLIGHT: usize = 16;

mod blocking {
    use photo_blocking::{Client, recipes};

    use super::IN_FLIGHT;
    use crate::pitfalls::scene::Scene;

    pub(super) fn right(scene: &Scene) {
        let client = Client::new(scene.config.clone()).expect("the configuration works");
        scene.score.keep_all(&recipes::many(&client, &scene.urls, IN_FLIGHT));
    }

    pub(super) fn wrong(scene: &Scene) {
        let client = Client::new(scene.config.clone()).expect("the configuration works");
        for url in &scene.urls {
            scene.score.keep(&client.download(url));
        }
    }
}

mod callbacks {
    use std::sync::Arc;

    use photo_callbacks::{Client, recipes};

    use super::IN_FLIGHT;
    use crate::pitfalls::scene::Scene;

    pub(super) fn right(scene: &Scene) {
        let client = Client::new(scene.config.clone()).expect("the configuration works");
        let score = Arc::clone(&scene.score);
        recipes::many(&client, &scene.urls, IN_FLIGHT, move |photos| score.keep_all(&photos));
        client.run();
    }

    pub(super) fn wrong(scene: &Scene) {
        let client = Client::new(scene.config.clone()).expect("the configuration works");
        next(client.clone(), scene.clone());
        client.run();
    }

    fn next(client: Client, mut scene: Scene) {
        let Some(url) = scene.urls.pop() else { return };
        client.clone().download(&url, move |photo| {
            scene.score.keep(&photo);
            next(client, scene);
        });
    }
}

mod futures {
    use photo_futures::runtime::Runtime;
    use photo_futures::{Client, recipes};

    use super::IN_FLIGHT;
    use crate::pitfalls::scene::Scene;

    pub(super) async fn right<R: Runtime>(runtime: R, scene: &Scene) {
        let client = Client::new(runtime, scene.config.clone()).expect("the configuration works");
        scene.score.keep_all(&recipes::many(&client, &scene.urls, IN_FLIGHT).await);
    }

    pub(super) async fn wrong<R: Runtime>(runtime: R, scene: &Scene) {
        let client = Client::new(runtime, scene.config.clone()).expect("the configuration works");
        for url in &scene.urls {
            scene.score.keep(&client.download(url).await);
        }
    }
}
