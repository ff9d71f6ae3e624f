//! Computing where others wait: on the event loop, or in an asynchronous task.
//!
//! The photo is there, and what could be plainer than to go on with it at once? It compiles and it works, but the one
//! thread that waits for all downloads computes instead, and every other download stands still. Hand the computing to a
//! worker thread, as the recipe `thumbnail` does; with blocking calls each thread is its own, and there is no mistake
//! to make.

use photo_tests::Contender;

use super::others;
use super::pitfall::{Pitfall, Ways, Work};
use crate::record::pitfall::Metric;

pub(super) const PITFALL: Pitfall = Pitfall {
    name: "cpu-on-the-loop",
    file: "cpu_on_the_loop.rs",
    why: "while the thread that waits for all computes, all wait",
    recipe: "thumbnail",
    hurts: Metric::P99,
    work: Work { others: 1000, ..Work::of("/folder/large.jpeg", 8) },
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

const MAX_SIDE: u32 = 128;

mod callbacks {
    use photo_callbacks::{Client, ThumbnailError, recipes};

    use super::{MAX_SIDE, others};
    use crate::pitfalls::scene::Scene;

    pub(super) fn right(scene: &Scene) {
        let client = Client::new(scene.config.clone()).expect("the configuration works");
        others::callbacks(&client, scene);
        next_right(client.clone(), scene.clone());
        client.run();
    }

    fn next_right(client: Client, mut scene: Scene) {
        let Some(url) = scene.urls.pop() else { return };
        recipes::thumbnail(&client.clone(), &url, MAX_SIDE, move |thumbnail| {
            scene.score.keep(&thumbnail);
            next_right(client, scene);
        });
    }

    pub(super) fn wrong(scene: &Scene) {
        let client = Client::new(scene.config.clone()).expect("the configuration works");
        others::callbacks(&client, scene);
        next_wrong(client.clone(), scene.clone());
        client.run();
    }

    fn next_wrong(client: Client, mut scene: Scene) {
        let Some(url) = scene.urls.pop() else { return };
        client.clone().download(&url, move |result| {
            scene
                .score
                .keep(&result.map_err(ThumbnailError::from).and_then(|photo| photo.thumbnail(MAX_SIDE)));
            next_wrong(client, scene);
        });
    }
}

mod futures {
    use futures::join;
    use photo_futures::runtime::Runtime;
    use photo_futures::{Client, Thumbnail, ThumbnailError, recipes};

    use super::{MAX_SIDE, others};
    use crate::pitfalls::scene::Scene;

    pub(super) async fn right<R: Runtime>(runtime: R, scene: &Scene) {
        let client = Client::new(runtime, scene.config.clone()).expect("the configuration works");
        let thumbnails = async {
            for url in &scene.urls {
                scene.score.keep(&recipes::thumbnail(&client, url, MAX_SIDE).await);
            }
        };
        join!(others::futures(&client, scene), thumbnails);
    }

    pub(super) async fn wrong<R: Runtime>(runtime: R, scene: &Scene) {
        let client = Client::new(runtime, scene.config.clone()).expect("the configuration works");
        let thumbnails = async {
            for url in &scene.urls {
                scene.score.keep(&thumbnail(&client, url).await);
            }
        };
        join!(others::futures(&client, scene), thumbnails);
    }

    async fn thumbnail<R: Runtime>(client: &Client<R>, url: &str) -> Result<Thumbnail, ThumbnailError> {
        client.download(url).await?.thumbnail(MAX_SIDE)
    }
}
