//! The recipe `deadline`: photos within the budget are returned, and nothing is left of the rest.

use std::net::TcpListener;
use std::time::Duration;

use photo::{Error, Photo};
use photo_server::Fault;
use photo_tests::{Outcome, Picture, Scheme, Site, Style, eventually, suite, takes};

suite! {
    a_batch_that_is_done_does_not_wait_for_the_end_of_the_budget,
    finished_photos_are_returned_and_the_rest_is_cancelled,
    downloads_after_the_budget_never_start,
    results_that_keep_coming_do_not_hide_that_the_time_is_over,
    a_failure_is_not_taken_for_a_cancelled_photo,
    without_a_budget_there_are_no_photos,
    a_budget_may_be_endless,
}

/// Far more than the time to return, on a machine busy with other tests.
const MARGIN: Duration = Duration::from_secs(20);

/// A budget that is not to be used up.
const LONG: Duration = Duration::from_mins(1);

fn a_batch_that_is_done_does_not_wait_for_the_end_of_the_budget(style: Style) {
    let (site, client) = Site::with(style);
    let pictures: Vec<_> = (0..12).map(|seed| Picture::jpeg(2000, seed)).collect();
    // Later downloads are faster, so that they end in another order.
    let path = |(i, picture): (usize, &Picture)| format!("{}&delay_ms={}", picture.path(), 120 - 10 * i);
    let urls: Vec<_> = pictures.iter().enumerate().map(|picture| site.url(&path(picture))).collect();
    let results = takes(..LONG / 3, || client.deadline(&urls, 6, LONG));
    assert_eq!(results.len(), pictures.len());
    for (picture, result) in pictures.iter().zip(results) {
        picture.assert_is(&result.unwrap());
    }
    assert!(takes(..LONG / 3, || client.deadline(&[], 8, LONG)).is_empty());
}

/// Panics unless the downloads of these indices have brought a photo, and the others are cancelled.
#[track_caller]
fn assert_done(results: &[Result<Photo, Error>], done: &[usize]) {
    let expected =
        (0..results.len()).map(|i| if done.contains(&i) { Outcome::Photo } else { Outcome::Cancelled });
    assert!(results.iter().map(Outcome::of).eq(expected), "{results:?}");
}

fn finished_photos_are_returned_and_the_rest_is_cancelled(style: Style) {
    let (site, client) = Site::with(style);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut urls = vec![
        site.url("/photo"),
        site.url("/photo?delay_ms=100"),
        site.url("/photo?delay_ms=50"),
        site.url("/photo?delay_ms=60000"),
        // It takes a minute.
        site.fault(Fault::Drip, "step=10&every_ms=20"),
        format!("https://{}/", silent.local_addr().unwrap()),
    ];
    let faults = [Fault::StallBeforeHead, Fault::StallInHead, Fault::StallInBody];
    urls.extend(faults.iter().flat_map(|fault| Scheme::ALL.map(|scheme| site.url_by(scheme, &fault.path()))));
    let budget = Duration::from_secs(5);
    let results = takes(budget..budget + MARGIN, || client.deadline(&urls, 10, budget));
    assert_eq!(results.len(), urls.len());
    assert_done(&results, &[0, 1, 2]);
    eventually("no request is open", || site.counters().open_requests == 0);
    assert_eq!(site.counters().aborted, 8);
    client.download(&site.url("/photo")).unwrap();
}

fn downloads_after_the_budget_never_start(style: Style) {
    let (site, client) = Site::with(style);
    let mut urls = vec![site.url("/photo"); 10];
    urls[..2].fill(site.fault(Fault::StallBeforeHead, ""));
    let results = client.deadline(&urls, 2, Duration::from_secs(2));
    assert_eq!(results.len(), urls.len());
    assert_done(&results, &[]);
    eventually("all connections are closed", || site.counters().open_connections == 0);
    assert_eq!(site.counters().requests, 2);
}

fn results_that_keep_coming_do_not_hide_that_the_time_is_over(style: Style) {
    let (site, client) = Site::with(style);
    // Eight at once take at least a millisecond each: at most 16,000 within the budget.
    let urls = vec![site.url("/photo?bytes=1000&delay_ms=1"); 50_000];
    let budget = Duration::from_secs(2);
    let results = takes(budget..budget + MARGIN, || client.deadline(&urls, 8, budget));
    Outcome::Photo.assert_of(&results[0]);
    Outcome::Cancelled.assert_of(results.last().unwrap());
}

fn a_failure_is_not_taken_for_a_cancelled_photo(style: Style) {
    let (site, client) = Site::with(style);
    let urls = [
        site.url("/nowhere"),
        site.fault(Fault::StallInBody, ""),
        "no URL".to_owned(),
        site.fault(Fault::CutBody, ""),
    ];
    let results = client.deadline(&urls, 4, Duration::from_secs(2));
    let expected = [Outcome::Status(404), Outcome::Cancelled, Outcome::InvalidUrl, Outcome::Truncated];
    assert!(results.iter().map(Outcome::of).eq(expected), "{results:?}");
}

fn without_a_budget_there_are_no_photos(style: Style) {
    let (site, client) = Site::with(style);
    let results = client.deadline(&vec![site.url("/photo?delay_ms=60000"); 4], 2, Duration::ZERO);
    assert_eq!(results.len(), 4);
    assert_done(&results, &[]);
    eventually("all connections are closed", || site.counters().open_connections == 0);
}

fn a_budget_may_be_endless(style: Style) {
    let (site, client) = Site::with(style);
    let results = client.deadline(&vec![site.url("/photo"); 4], 2, Duration::MAX);
    assert!(results.len() == 4 && results.iter().all(Result::is_ok), "{results:?}");
}
