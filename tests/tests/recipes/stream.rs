//! The recipe `stream`: each result as soon as it arrives, with its index among the URLs. The recipe `many`
//! builds on it, and its tests have the places, the failures and the limit.

use std::pin::pin;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use futures::stream::StreamExt;
use photo_server::Fault;
use photo_tests::{Site, Style, eventually, suite};

suite! {
    results_come_as_they_are_ready,
}

suite! { once:
    dropping_the_iterator_cancels_what_is_running_and_ends_the_threads,
    threads_keep_photos_that_are_not_taken_and_end_with_the_iterator,
    dropping_the_stream_cancels_what_is_running,
    a_panic_in_on_each_costs_no_other_result,
    a_panic_in_the_last_on_each_does_not_lose_the_end,
    the_end_comes_after_each_result_even_if_work_is_done_at_once,
}

fn results_come_as_they_are_ready(style: Style) {
    let (site, client) = Site::with(style);
    let urls = [4000, 50, 2000].map(|delay| site.url(&format!("/photo?delay_ms={delay}")));
    let (sender, results) = mpsc::channel();
    client.stream(&urls, 3, Box::new(move |index, result| sender.send((index, result.is_ok())).unwrap()));
    assert!(results.into_iter().eq([(1, true), (2, true), (0, true)]));
}

fn dropping_the_iterator_cancels_what_is_running_and_ends_the_threads() {
    let site = Site::start();
    let client = photo_blocking::Client::new(site.config()).unwrap();
    let mut urls = vec![site.fault(Fault::StallInBody, ""); 8];
    urls[0] = site.url("/photo");
    let mut results = photo_blocking::recipes::stream(&client, &urls, 4, photo_blocking::Client::download);
    drop(client);
    let (index, result) = results.next().unwrap();
    assert_eq!(index, 0);
    result.unwrap();
    eventually("the others are silent", || site.counters().open_requests == 4);
    drop(results);
    // Idle connections are closed too: each thread had its own client, and the last thread closes them.
    eventually("all connections are closed", || site.counters().open_connections == 0);
    assert_eq!((site.counters().requests, site.counters().aborted), (5, 4));
}

fn threads_keep_photos_that_are_not_taken_and_end_with_the_iterator() {
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
}

fn dropping_the_stream_cancels_what_is_running() {
    let site = Site::start();
    let client = photo_futures::Client::new(photo_futures::runtime::Smol, site.config()).unwrap();
    // All that are in flight begin together.
    let gather = "delay_ms=20000&gather=4";
    let mut urls = vec![site.fault(Fault::StallInBody, gather); 8];
    urls[0] = site.url(&format!("/photo?{gather}"));
    ::smol::block_on(async {
        let mut results =
            pin!(photo_futures::recipes::stream(&client, &urls, 4, photo_futures::Client::download));
        let (index, result) = results.next().await.unwrap();
        assert_eq!(index, 0);
        result.unwrap();
    });
    eventually("only the idle connection is left", || site.counters().open_connections == 1);
    assert_eq!((site.counters().requests, site.counters().aborted), (4, 3));
}

fn a_panic_in_on_each_costs_no_other_result() {
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
}

fn a_panic_in_the_last_on_each_does_not_lose_the_end() {
    let site = Site::start();
    let client = photo_callbacks::Client::new(site.config()).unwrap();
    let (sender, ended) = mpsc::channel();
    let download = |client: &photo_callbacks::Client, url: &str, done| _ = client.download(url, done);
    let (on_each, on_complete) = (|_, _| panic!("on purpose"), move || sender.send(()).unwrap());
    photo_callbacks::recipes::stream(&client, &[site.url("/photo")], 1, download, on_each, on_complete);
    let run = std::panic::AssertUnwindSafe(|| client.run());
    assert!(std::panic::catch_unwind(run).is_err());
    client.run();
    assert_eq!(ended.into_iter().count(), 1);
}

fn the_end_comes_after_each_result_even_if_work_is_done_at_once() {
    let client = photo_callbacks::Client::default();
    let (events, seen) = mpsc::channel();
    let last = events.clone();
    let cached = |_: &photo_callbacks::Client, url: &str, done: photo_callbacks::recipes::Done<String>| {
        done(url.to_owned());
    };
    let on_each = move |_, url| events.send(url).unwrap();
    let urls = ["a", "b", "c"].map(String::from);
    photo_callbacks::recipes::stream(&client, &urls, 1, cached, on_each, move || {
        last.send("end".into()).unwrap();
    });
    client.run();
    let seen: Vec<String> = seen.into_iter().collect();
    assert_eq!((seen.len(), seen.last().map(String::as_str)), (4, Some("end")));
}
