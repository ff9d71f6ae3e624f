//! The recipes' futures can be spawned: they are `Send`, whatever they hold across an `.await`.

use std::time::Duration;

use futures::stream::StreamExt;
use photo_futures::{Backoff, Client, recipes, runtime::Tokio};
use photo_tests::{Site, suite};

suite! { once:
    every_recipe_may_be_spawned,
}

fn every_recipe_may_be_spawned() {
    let site = Site::start();
    let client = Client::new(Tokio, site.config()).unwrap();
    let (album, url) = (site.url("/album?count=3"), site.url("/photo"));
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let task = runtime.spawn(async move {
        let urls = vec![url.clone(); 3];
        recipes::album(&client, &album, 2).await.unwrap();
        recipes::cancel(&client, &url, drop).await.unwrap();
        recipes::deadline(&client, &urls, 2, Duration::MAX).await;
        recipes::many(&client, &urls, 2).await;
        recipes::progress(&client, &url, drop).await.unwrap();
        recipes::race(&client, &urls).await.unwrap();
        recipes::retry(&client, &url, Backoff::default(), Client::download).await.unwrap();
        recipes::save(&client, &url, folder.path(), Client::download).await.unwrap();
        recipes::thumbnail(&client, &url, 10).await.unwrap();
        recipes::stream(&client, &urls, 2, Client::download).count().await
    });
    assert_eq!(runtime.block_on(task).unwrap(), 3);
}
