//! A client of its own for each download.
//!
//! `Client::default().download(url)` is one line, and nothing has to be passed around. But a client is where
//! connections are kept, and where the certificates that it trusts are prepared: each download connects anew, shakes
//! hands anew over https, and leaves a closed connection behind. Make one client and clone it, which is cheap; every
//! recipe is given one.

use photo_tests::Contender;

use super::pitfall::{Pitfall, Ways, Work};
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

const STYLES: &[(Contender, Ways)] = &[
    (Contender::Blocking, Ways { right: blocking::right, wrong: blocking::wrong }),
    (Contender::Callbacks, Ways { right: callbacks::right, wrong: callbacks::wrong }),
    (
        Contender::Tokio,
        Ways { right: |scene| scene.on_tokio(futures::right), wrong: |scene| scene.on_tokio(futures::wrong) },
    ),
];

mod blocking {
    use photo_blocking::Client;

    use crate::pitfalls::scene::Scene;

    pub(super) fn right(scene: &Scene) {
        let client = Client::new(scene.config.clone()).expect("the configuration works");
        for url in &scene.urls {
            scene.score.keep(&client.download(url));
        }
    }

    pub(super) fn wrong(scene: &Scene) {
        for url in &scene.urls {
            let client = Client::new(scene.config.clone()).expect("the configuration works");
            scene.score.keep(&client.download(url));
        }
    }
}

mod callbacks {
    use std::sync::Arc;

    use photo_callbacks::Client;

    use crate::pitfalls::scene::Scene;

    pub(super) fn right(scene: &Scene) {
        let client = Client::new(scene.config.clone()).expect("the configuration works");
        for url in &scene.urls {
            download(&client, url, scene);
        }
    }

    pub(super) fn wrong(scene: &Scene) {
        for url in &scene.urls {
            let client = Client::new(scene.config.clone()).expect("the configuration works");
            download(&client, url, scene);
        }
    }

    fn download(client: &Client, url: &str, scene: &Scene) {
        let score = Arc::clone(&scene.score);
        client.download(url, move |photo| score.keep(&photo));
        client.run();
    }
}

mod futures {
    use photo_futures::Client;
    use photo_futures::runtime::Runtime;

    use crate::pitfalls::scene::Scene;

    pub(super) async fn right<R: Runtime>(runtime: R, scene: &Scene) {
        let client = Client::new(runtime, scene.config.clone()).expect("the configuration works");
        for url in &scene.urls {
            scene.score.keep(&client.download(url).await);
        }
    }

    pub(super) async fn wrong<R: Runtime>(runtime: R, scene: &Scene) {
        for url in &scene.urls {
            let client = Client::new(runtime.clone(), scene.config.clone()).expect("the configuration works");
            scene.score.keep(&client.download(url).await);
        }
    }
}
