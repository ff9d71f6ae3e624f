//! The recipe `deadline`: photos within the budget are returned, and nothing is left of the rest.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use photo_server::Fault;
use photo_tests::{Outcome, Picture, Scheme, Site, Style, eventually, suite};

suite! {
    a_batch_that_is_done_does_not_wait_for_the_end_of_the_budget,
    finished_photos_are_returned_and_the_rest_is_cancelled,
    silent_servers_do_not_delay_the_return,
    downloads_after_the_budget_never_start,
    results_that_keep_coming_do_not_hide_that_the_time_is_over,
    as_many_are_in_flight_as_may_be,
    a_failure_is_not_taken_for_a_cancelled_photo,
    no_urls_bring_no_results_at_once,
    without_a_budget_there_are_no_photos,
    a_budget_may_be_endless,
}

/// Far more than the time to return, on a machine busy with other tests.
const MARGIN: Duration = Duration::from_secs(2);

fn a_batch_that_is_done_does_not_wait_for_the_end_of_the_budget(style: Style) {
    let site = Site::start();
    let pictures: Vec<_> = (0..12).map(|seed| Picture::jpeg(2000, seed)).collect();
    let url =
        |(i, picture): (usize, &Picture)| site.url(&format!("{}&delay_ms={}", picture.path(), 120 - 10 * i));
    let urls: Vec<_> = pictures.iter().enumerate().map(url).collect();
    let start = Instant::now();
    let results = site.client(style).deadline(&urls, 6, Duration::from_secs(15));
    assert!(start.elapsed() < Duration::from_secs(5), "after {:?}", start.elapsed());
    assert_eq!(results.len(), pictures.len());
    for (picture, result) in pictures.iter().zip(results) {
        picture.assert_is(&result.unwrap());
    }
}

fn finished_photos_are_returned_and_the_rest_is_cancelled(style: Style) {
    let site = Site::start();
    let client = site.client(style);
    let urls = [
        site.url("/photo"),
        site.fault(Fault::StallBeforeHead, ""),
        site.url("/photo?delay_ms=100"),
        site.url("/photo?delay_ms=60000"),
        site.fault(Fault::Drip, "step=10&every_ms=5"),
        site.url("/photo?delay_ms=50"),
    ];
    let budget = Duration::from_secs(2);
    let start = Instant::now();
    let results = client.deadline(&urls, 4, budget);
    assert!((budget..budget + MARGIN).contains(&start.elapsed()), "after {:?}", start.elapsed());
    let expected = [true, false, true, false, false, true]
        .map(|done| if done { Outcome::Photo } else { Outcome::Cancelled });
    assert!(results.iter().map(Outcome::of).eq(expected), "{results:?}");
    eventually("no request is open", || site.counters().open_requests == 0);
    assert_eq!(site.counters().aborted, 3);
    client.download(&site.url("/photo")).unwrap();
}

fn silent_servers_do_not_delay_the_return(style: Style) {
    let site = Site::start();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let faults = [Fault::StallBeforeHead, Fault::StallInHead, Fault::StallInBody];
    let mut urls = vec![format!("https://{}/", silent.local_addr().unwrap())];
    urls.extend(faults.iter().flat_map(|fault| Scheme::ALL.map(|scheme| site.url_by(scheme, &fault.path()))));
    let budget = Duration::from_millis(500);
    let start = Instant::now();
    let results = site.client(style).deadline(&urls, urls.len(), budget);
    assert!((budget..budget + MARGIN).contains(&start.elapsed()), "after {:?}", start.elapsed());
    assert_eq!(results.len(), urls.len());
    assert!(results.iter().map(Outcome::of).all(|it| it == Outcome::Cancelled), "{results:?}");
    eventually("all connections are closed", || site.counters().open_connections == 0);
}

fn downloads_after_the_budget_never_start(style: Style) {
    let site = Site::start();
    let client = site.client(style);
    let mut urls = vec![site.url("/photo"); 10];
    urls[..2].fill(site.fault(Fault::StallBeforeHead, ""));
    let results = client.deadline(&urls, 2, Duration::from_millis(500));
    assert_eq!(results.len(), urls.len());
    assert!(results.iter().map(Outcome::of).all(|it| it == Outcome::Cancelled), "{results:?}");
    eventually("all connections are closed", || site.counters().open_connections == 0);
    assert_eq!(site.counters().requests, 2);
}

fn results_that_keep_coming_do_not_hide_that_the_time_is_over(style: Style) {
    let site = Site::start();
    let urls = vec![site.url("/photo?bytes=1000"); 50_000];
    let budget = Duration::from_millis(500);
    let start = Instant::now();
    let results = site.client(style).deadline(&urls, 8, budget);
    assert!((budget..budget + MARGIN).contains(&start.elapsed()), "after {:?}", start.elapsed());
    Outcome::Photo.assert_of(&results[0]);
    Outcome::Cancelled.assert_of(results.last().unwrap());
}

fn as_many_are_in_flight_as_may_be(style: Style) {
    for (count, in_flight, expected) in [(24, 6, 6), (3, 0, 1), (3, 100, 3)] {
        let site = Site::start();
        let urls = vec![site.url("/photo?bytes=1000&delay_ms=100"); count];
        let results = site.client(style).deadline(&urls, in_flight, Duration::from_secs(15));
        assert!(results.iter().all(Result::is_ok));
        let counters = site.counters();
        assert_eq!((counters.max_open_requests, counters.connections), (expected, expected));
    }
}

fn a_failure_is_not_taken_for_a_cancelled_photo(style: Style) {
    let site = Site::start();
    let urls = [
        site.url("/nowhere"),
        site.fault(Fault::StallInBody, ""),
        "no URL".to_owned(),
        site.fault(Fault::CutBody, ""),
    ];
    let results = site.client(style).deadline(&urls, 4, Duration::from_secs(1));
    let expected = [Outcome::Status(404), Outcome::Cancelled, Outcome::InvalidUrl, Outcome::Truncated];
    assert!(results.iter().map(Outcome::of).eq(expected), "{results:?}");
}

fn no_urls_bring_no_results_at_once(style: Style) {
    let start = Instant::now();
    assert!(Site::start().client(style).deadline(&[], 8, Duration::from_secs(15)).is_empty());
    assert!(start.elapsed() < Duration::from_secs(5), "after {:?}", start.elapsed());
}

fn without_a_budget_there_are_no_photos(style: Style) {
    let site = Site::start();
    let results = site.client(style).deadline(&vec![site.url("/photo?delay_ms=60000"); 4], 2, Duration::ZERO);
    assert_eq!(results.len(), 4);
    assert!(results.iter().map(Outcome::of).all(|it| it == Outcome::Cancelled), "{results:?}");
    eventually("all connections are closed", || site.counters().open_connections == 0);
}

fn a_budget_may_be_endless(style: Style) {
    let site = Site::start();
    let results = site.client(style).deadline(&vec![site.url("/photo"); 4], 2, Duration::MAX);
    assert!(results.len() == 4 && results.iter().all(Result::is_ok), "{results:?}");
}
