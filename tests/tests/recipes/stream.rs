//! The recipe `stream`: each result as soon as it arrives, with its index among the URLs.

use std::pin::pin;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use futures::stream::StreamExt;
use photo::{Error, Phase, Photo};
use photo_server::Fault;
use photo_tests::{Adapter, Outcome, Picture, Site, Style, eventually, suite, within};

suite! {
    results_come_as_they_are_ready,
    each_result_comes_once_and_with_its_place,
    as_many_are_in_flight_as_may_be,
    in_flight_zero_is_treated_as_one,
    no_urls_bring_no_results,
    one_failure_fails_one_photo,
    a_silent_server_holds_up_no_other_photo,
}

/// The results in the order of their arrival.
fn stream(client: &dyn Adapter, urls: &[String], in_flight: usize) -> Vec<(usize, Result<Photo, Error>)> {
    let (sender, results) = mpsc::channel();
    client.stream(urls, in_flight, Box::new(move |index, result| sender.send((index, result)).unwrap()));
    results.into_iter().collect()
}

fn results_come_as_they_are_ready(style: Style) {
    let site = Site::start();
    let urls = [1000, 50, 500].map(|delay| site.url(&format!("/photo?delay_ms={delay}")));
    let results = stream(&*site.client(style), &urls, 3);
    assert_eq!(results.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 2, 0]);
}

fn each_result_comes_once_and_with_its_place(style: Style) {
    let site = Site::start();
    let pictures: Vec<_> = (0..20).map(|seed| Picture::jpeg(2000, seed)).collect();
    let urls: Vec<_> = pictures.iter().map(|picture| site.url(&picture.path())).collect();
    let mut results = stream(&*site.client(style), &urls, 4);
    results.sort_by_key(|(index, _)| *index);
    assert!(results.iter().map(|(index, _)| *index).eq(0..pictures.len()));
    for (picture, (_, result)) in pictures.iter().zip(results) {
        picture.assert_is(&result.unwrap());
    }
}

fn as_many_are_in_flight_as_may_be(style: Style) {
    assert_in_flight(style, 24, 6, 6);
}

fn in_flight_zero_is_treated_as_one(style: Style) {
    assert_in_flight(style, 3, 0, 1);
}

fn assert_in_flight(style: Style, count: usize, in_flight: usize, expected: u64) {
    let site = Site::start();
    let urls = vec![site.url("/photo?bytes=1000&delay_ms=100"); count];
    let results = stream(&*site.client(style), &urls, in_flight);
    assert!(results.len() == count && results.iter().all(|(_, result)| result.is_ok()));
    let counters = site.counters();
    assert_eq!((counters.max_open_requests, counters.connections), (expected, expected));
}

fn no_urls_bring_no_results(style: Style) {
    let site = Site::start();
    assert!(stream(&*site.client(style), &[], 8).is_empty());
    assert_eq!(site.counters().connections, 0);
}

fn one_failure_fails_one_photo(style: Style) {
    let site = Site::start();
    let urls = [
        site.url("/photo"),
        site.url("/nowhere"),
        "no URL".to_owned(),
        site.fault(Fault::CutBody, ""),
        site.url("/photo"),
    ];
    let mut results = stream(&*site.client(style), &urls, 2);
    results.sort_by_key(|(index, _)| *index);
    let expected =
        [Outcome::Photo, Outcome::Status(404), Outcome::InvalidUrl, Outcome::Truncated, Outcome::Photo];
    assert!(results.iter().map(|(_, result)| Outcome::of(result)).eq(expected), "{results:?}");
}

fn a_silent_server_holds_up_no_other_photo(style: Style) {
    let site = Site::start();
    let client = site.client_with(style, |config| config.stall_timeout(Duration::from_secs(1)));
    let mut urls = vec![site.url("/photo"); 8];
    urls[0] = site.fault(Fault::StallBeforeHead, "");
    let results = stream(&*client, &urls, 2);
    let (last, others) = results.split_last().unwrap();
    assert!(others.len() == 7 && others.iter().all(|(_, result)| result.is_ok()));
    assert_eq!(last.0, 0);
    Outcome::Timeout(Phase::Head).assert_of(&last.1);
}

#[test]
fn dropping_the_iterator_cancels_what_is_running_and_ends_the_threads() {
    within(|| {
        let site = Site::start();
        let client = photo_blocking::Client::new(site.config()).unwrap();
        let mut urls = vec![site.fault(Fault::StallInBody, ""); 8];
        urls[0] = site.url("/photo");
        let mut results =
            photo_blocking::recipes::stream(&client, &urls, 4, photo_blocking::Client::download);
        drop(client);
        let (index, result) = results.next().unwrap();
        assert_eq!(index, 0);
        result.unwrap();
        eventually("the others are silent", || site.counters().open_requests == 4);
        drop(results);
        // Idle connections are closed too: each thread had its own client, and the last thread closes them.
        eventually("all connections are closed", || site.counters().open_connections == 0);
        assert_eq!((site.counters().requests, site.counters().aborted), (5, 4));
    });
}

#[test]
fn threads_keep_photos_that_are_not_taken_and_end_with_the_iterator() {
    within(|| {
        let site = Site::start();
        let client = photo_blocking::Client::new(site.config()).unwrap();
        let results = photo_blocking::recipes::stream(
            &client,
            &vec![site.url("/photo"); 20],
            4,
            photo_blocking::Client::download,
        );
        drop(client);
        eventually("each has a photo", || site.counters().requests == 4);
        thread::sleep(Duration::from_millis(200));
        assert_eq!(site.counters().requests, 4, "no more than may be in flight are downloaded in advance");
        drop(results);
        eventually("all connections are closed", || site.counters().open_connections == 0);
        assert_eq!(site.counters().requests, 4);
    });
}

#[test]
fn dropping_the_stream_cancels_what_is_running() {
    within(|| {
        let site = Site::start();
        let client = photo_futures::Client::new(photo_futures::runtime::Smol, site.config()).unwrap();
        let mut urls = vec![site.fault(Fault::StallInBody, ""); 8];
        urls[0] = site.url("/photo?delay_ms=300");
        ::smol::block_on(async {
            let mut results =
                pin!(photo_futures::recipes::stream(&client, &urls, 4, photo_futures::Client::download));
            let (index, result) = results.next().await.unwrap();
            assert_eq!(index, 0);
            result.unwrap();
        });
        eventually("only the idle connection is left", || site.counters().open_connections == 1);
        assert_eq!((site.counters().requests, site.counters().aborted), (4, 3));
    });
}

#[test]
fn a_panic_in_on_each_costs_no_other_result() {
    within(|| {
        let site = Site::start();
        let client = photo_callbacks::Client::new(site.config()).unwrap();
        let (sender, results) = mpsc::channel();
        let on_each = move |index, _| {
            assert_ne!(index, 2, "on purpose");
            sender.send(index).unwrap();
        };
        let download = |client: &photo_callbacks::Client, url: &str, done| _ = client.download(url, done);
        photo_callbacks::recipes::stream(&client, &vec![site.url("/photo"); 6], 1, download, on_each, || ());
        let run = std::panic::AssertUnwindSafe(|| client.run());
        assert!(std::panic::catch_unwind(run).is_err());
        client.run();
        assert!(results.into_iter().eq([0, 1, 3, 4, 5]));
    });
}
