//! Each recipe is equal work for every style.

use std::time::Duration;

use photo::Backoff;
use photo_server::Fault;
use photo_tests::{Adapter, Site, Style, within};

/// The connections and requests of each style for `task`, on its own server; panics unless they and the bytes sent
/// are equal.
#[track_caller]
fn work(task: impl Fn(&dyn Adapter, &Site)) -> (u64, u64) {
    let work_of = |style: Style| {
        let site = Site::start();
        task(&*site.client(style), &site);
        let counters = site.counters();
        (counters.connections, counters.requests, counters.bytes_sent)
    };
    let works = Style::HELD_EQUAL.map(|style| (style, work_of(style)));
    let (_, first) = works[0];
    assert!(works.iter().all(|(_, work)| *work == first), "{works:?}");
    (first.0, first.1)
}

fn photos(site: &Site, count: u64) -> Vec<String> {
    (0..count).map(|seed| site.url(&format!("/photo?delay_ms=60&seed={seed}"))).collect()
}

#[test]
fn the_recipe_stream_is_the_same_work_for_every_style() {
    within(|| {
        let work = work(|client, site| {
            client.stream(&photos(site, 24), 6, Box::new(|_, result| drop(result.unwrap())));
        });
        assert_eq!(work, (6, 24));
    });
}

#[test]
fn the_recipe_album_is_the_same_work_for_every_style() {
    within(|| {
        let work = work(|client, site| {
            let photos = client.album(&site.url("/album?count=24&delay_ms=60"), 6).unwrap();
            assert!(photos.iter().all(Result::is_ok));
        });
        assert_eq!(work, (6, 25));
    });
}

#[test]
fn the_recipe_race_is_the_same_work_for_every_style() {
    within(|| {
        let work = work(|client, site| {
            let mut mirrors = vec![site.fault(Fault::StallBeforeHead, ""); 3];
            mirrors.push(site.url("/photo?delay_ms=500"));
            client.race(&mirrors).unwrap();
        });
        assert_eq!(work, (4, 4));
    });
}

#[test]
fn the_recipe_deadline_is_the_same_work_for_every_style() {
    within(|| {
        let work = work(|client, site| {
            let mut urls = photos(site, 12);
            urls.extend(vec![site.fault(Fault::StallBeforeHead, ""); 8]);
            let results = client.deadline(&urls, 6, Duration::from_millis(1500));
            assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 12);
        });
        assert_eq!(work, (6, 18));
    });
}

#[test]
fn the_recipe_cancel_is_the_same_work_for_every_style() {
    within(|| {
        let work = work(|client, site| {
            client.cancel(&site.url("/photo"), Duration::from_secs(15)).unwrap();
            client.cancel(&site.fault(Fault::StallBeforeHead, ""), Duration::from_millis(300)).unwrap_err();
        });
        assert_eq!(work, (1, 2));
    });
}

#[test]
fn the_recipe_progress_is_the_same_work_for_every_style() {
    within(|| {
        let work = work(|client, site| {
            client.progress(&site.url("/photo?bytes=1000000"), Box::new(drop)).unwrap();
        });
        assert_eq!(work, (1, 1));
    });
}

#[test]
fn the_recipe_retry_is_the_same_work_for_every_style() {
    within(|| {
        let work = work(|client, site| {
            let backoff = Backoff::new(5, Duration::from_millis(1), Duration::from_millis(5));
            client.retry(&site.fault(Fault::Flaky, "fail=2"), backoff.clone()).unwrap();
            client.retry(&site.fault(Fault::Status, "code=503"), backoff).unwrap_err();
        });
        // A reset connection is not used again; one whose reply was a status is.
        assert_eq!(work, (3, 8));
    });
}

#[test]
fn the_recipe_save_is_the_same_work_for_every_style() {
    within(|| {
        let work = work(|client, site| {
            let folder = tempfile::tempdir().unwrap();
            for _ in 0..3 {
                client.save(&site.url("/photo"), folder.path()).unwrap();
            }
        });
        assert_eq!(work, (1, 3));
    });
}

#[test]
fn the_recipe_thumbnail_is_the_same_work_for_every_style() {
    within(|| {
        let work = work(|client, site| {
            client.thumbnail(&site.url("/photo"), 10).unwrap();
        });
        assert_eq!(work, (1, 1));
    });
}
