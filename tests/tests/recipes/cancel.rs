//! The recipe `cancel`: it waits for the user only while there is a download to stop.

use std::time::{Duration, Instant};

use photo_server::Fault;
use photo_tests::{Outcome, Picture, Site, Style, eventually, suite};

suite! {
    a_download_is_stopped_when_patience_is_over,
    a_photo_that_comes_early_is_not_held_up,
    a_failure_that_comes_early_is_not_held_up,
    patience_may_be_endless,
}

fn a_download_is_stopped_when_patience_is_over(style: Style) {
    let site = Site::start();
    let patience = Duration::from_millis(300);
    let start = Instant::now();
    Outcome::Cancelled.assert_of(&site.client(style).cancel(&site.fault(Fault::StallInBody, ""), patience));
    assert!(
        (patience..patience + Duration::from_secs(2)).contains(&start.elapsed()),
        "{:?}",
        start.elapsed()
    );
    eventually("its connection is closed", || site.counters().open_connections == 0);
    assert_eq!(site.counters().aborted, 1);
}

fn a_photo_that_comes_early_is_not_held_up(style: Style) {
    let site = Site::start();
    let picture = Picture::jpeg(5000, 1);
    let start = Instant::now();
    picture
        .assert_is(&site.client(style).cancel(&site.url(&picture.path()), Duration::from_secs(15)).unwrap());
    assert!(start.elapsed() < Duration::from_secs(5), "after {:?}", start.elapsed());
}

fn a_failure_that_comes_early_is_not_held_up(style: Style) {
    let site = Site::start();
    let client = site.client(style);
    let start = Instant::now();
    for (url, outcome) in [
        (site.url("/nowhere"), Outcome::Status(404)),
        ("no URL".to_owned(), Outcome::InvalidUrl),
        (site.fault(Fault::CutBody, ""), Outcome::Truncated),
    ] {
        outcome.assert_of(&client.cancel(&url, Duration::from_secs(15)));
    }
    assert!(start.elapsed() < Duration::from_secs(5), "after {:?}", start.elapsed());
}

fn patience_may_be_endless(style: Style) {
    let site = Site::start();
    site.client(style).cancel(&site.url("/photo"), Duration::MAX).unwrap();
}
