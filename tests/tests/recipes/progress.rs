//! The recipe `progress`: reports are limited, but never skip the first and the last.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use photo::{Error, Photo, Progress};
use photo_server::Fault;
use photo_tests::{Outcome, Picture, Site, Style, suite};

suite! {
    a_small_photo_is_reported_once,
    a_slow_photo_is_reported_now_and_then,
    a_large_photo_is_not_reported_for_each_piece,
    a_photo_of_unknown_length_ends_with_its_length,
    a_photo_behind_redirects_is_reported_as_any_other,
    a_photo_that_breaks_off_is_never_reported_whole,
    a_failed_download_reports_no_progress,
}

/// The interval within which the recipe reports once.
const EVERY: Duration = Duration::from_millis(100);

/// The result and the reports before it, checked for the rules of every download.
fn watch(style: Style, site: &Site, url: &str) -> (Result<Photo, Error>, Vec<Progress>) {
    let (teller, listener) = mpsc::channel();
    let start = Instant::now();
    let on_progress = Box::new(move |received| teller.send(received).unwrap());
    let result = site.client(style).progress(url, on_progress);
    let took = start.elapsed();
    let reports: Vec<Progress> = listener.try_iter().collect();

    assert!(reports.is_sorted_by_key(|progress| progress.received), "{reports:?}");
    let mut distinct = reports.clone();
    distinct.dedup();
    assert_eq!(reports, distinct, "nothing is reported twice");
    // There is one report at the start of each 100 ms, and the last.
    assert!(reports.len() as u128 <= took.as_millis() / EVERY.as_millis() + 2, "{took:?}: {reports:?}");
    if let Ok(photo) = &result {
        assert_eq!(reports.last(), Some(&photo.received()));
    }
    (result, reports)
}

fn a_small_photo_is_reported_once(style: Style) {
    let site = Site::start();
    let picture = Picture::jpeg(1000, 1);
    let (result, reports) = watch(style, &site, &site.url(&picture.path()));
    picture.assert_is(&result.unwrap());
    assert_eq!(reports, [Progress { received: 1000, total: Some(1000) }]);
}

fn a_slow_photo_is_reported_now_and_then(style: Style) {
    let site = Site::start();
    let picture = Picture::jpeg(60_000, 2);
    // It takes 3 s, in 50 pieces.
    let url = site.fault(Fault::Drip, &format!("step=1200&every_ms=60&{}", picture.query()));
    let (result, reports) = watch(style, &site, &url);
    picture.assert_is(&result.unwrap());
    assert!(reports.len() >= 3, "{reports:?}");
    assert!(reports[0].received < 60_000, "{reports:?}");
    assert!(reports.iter().all(|progress| progress.total == Some(60_000)), "{reports:?}");
}

fn a_large_photo_is_not_reported_for_each_piece(style: Style) {
    let site = Site::start();
    let picture = Picture::jpeg(16 << 20, 3);
    let (result, _) = watch(style, &site, &site.url(&picture.path()));
    picture.assert_is(&result.unwrap());
}

fn a_photo_of_unknown_length_ends_with_its_length(style: Style) {
    let site = Site::start();
    let picture = Picture::jpeg(300_000, 4);
    for fault in [Fault::Chunked, Fault::CloseDelimited] {
        let (result, reports) = watch(style, &site, &site.fault(fault, &picture.query()));
        picture.assert_is(&result.unwrap());
        assert_eq!(reports.last(), Some(&Progress { received: 300_000, total: Some(300_000) }));
    }
}

fn a_photo_behind_redirects_is_reported_as_any_other(style: Style) {
    let site = Site::start();
    let picture = Picture::jpeg(1000, 5);
    let (result, reports) =
        watch(style, &site, &site.fault(Fault::RedirectBody, &format!("body=500000&{}", picture.query())));
    picture.assert_is(&result.unwrap());
    assert_eq!(reports, [Progress { received: 1000, total: Some(1000) }]);
}

fn a_photo_that_breaks_off_is_never_reported_whole(style: Style) {
    let site = Site::start();
    let picture = Picture::jpeg(60_000, 6);
    let (result, reports) = watch(style, &site, &site.fault(Fault::CutBody, &picture.query()));
    Outcome::Truncated.assert_of(&result);
    assert!(reports.iter().all(|progress| progress.received <= 30_000), "{reports:?}");
    assert!(reports.iter().all(|progress| progress.total == Some(60_000)), "{reports:?}");
}

fn a_failed_download_reports_no_progress(style: Style) {
    let site = Site::start();
    for url in [site.fault(Fault::Status, "code=404"), "no URL".to_owned()] {
        let (result, reports) = watch(style, &site, &url);
        assert!(result.is_err() && reports.is_empty(), "{reports:?}");
    }
}
