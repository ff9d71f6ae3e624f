//! The recipe `many`: all photos, in order, within the limit at once.

use std::iter;
use std::thread;

use photo_server::Fault;
use photo_tests::{Outcome, Picture, Scheme, Site, Style, eventually, refusing, suite};

suite! { + ureq:
    results_are_in_the_order_of_the_urls,
    as_many_are_in_flight_as_may_be,
    a_slow_photo_does_not_hold_up_the_others,
    no_urls_bring_no_results,
    one_failure_fails_one_photo,
}

/// Later downloads are faster, so that they end in another order.
fn results_are_in_the_order_of_the_urls(style: Style) {
    let site = Site::start();
    let pictures: Vec<_> = (0..12).map(|seed| Picture::jpeg(2000, seed)).collect();
    for scheme in Scheme::ALL {
        let path = |(i, picture): (usize, &Picture)| format!("{}&delay_ms={}", picture.path(), 120 - 10 * i);
        let urls: Vec<_> =
            pictures.iter().enumerate().map(path).map(|path| site.url_by(scheme, &path)).collect();
        let results = site.downloader(style).many(&urls, 6);
        assert_eq!(results.len(), urls.len());
        for (picture, result) in pictures.iter().zip(results) {
            picture.assert_is(&result.unwrap());
        }
    }
}

/// At least one is in flight, and no more than there are URLs.
fn as_many_are_in_flight_as_may_be(style: Style) {
    for (count, in_flight, expected) in [(40, 8, 8_u8), (5, 100, 5), (4, 0, 1), (4, 1, 1)] {
        let site = Site::start();
        let mut urls = vec![site.url("/photo?bytes=1000&delay_ms=80"); count];
        // The first ones are open until all of them are.
        let gather = format!("/photo?bytes=1000&delay_ms=20000&gather={expected}");
        urls[..usize::from(expected)].fill(site.url(&gather));
        let results = site.downloader(style).many(&urls, in_flight);
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), count);
        let counters = site.counters();
        assert_eq!((counters.max_open_requests, counters.connections), (expected.into(), expected.into()));
        assert_eq!(counters.requests, count as u64);
    }
}

fn a_slow_photo_does_not_hold_up_the_others(style: Style) {
    let site = Site::start();
    // It is open until three requests are, and the batch has two.
    let slow = site.url("/photo?delay_ms=120000&gather=3");
    let fast = site.url("/photo");
    let urls: Vec<_> = iter::once(slow.clone()).chain(iter::repeat_n(fast, 16)).collect();
    thread::scope(|scope| {
        let batch = scope.spawn(|| site.downloader(style).many(&urls, 2));
        eventually("all but the slow one have ended", || {
            let counters = site.counters();
            (counters.requests, counters.open_requests) == (17, 1)
        });
        let others = site.downloader(style).many(&[slow.clone(), slow], 2);
        assert!(batch.join().unwrap().iter().chain(&others).all(Result::is_ok));
    });
}

fn no_urls_bring_no_results(style: Style) {
    let site = Site::start();
    assert!(site.downloader(style).many(&[], 8).is_empty());
    assert_eq!(site.counters().connections, 0);
}

fn one_failure_fails_one_photo(style: Style) {
    let site = Site::start();
    // ureq takes a reset for the end of the stream.
    let reset = if style == Style::Ureq { Outcome::Truncated } else { Outcome::Io };
    let bad = [
        (site.url("/nowhere"), Outcome::Status(404)),
        ("no URL".to_owned(), Outcome::InvalidUrl),
        (format!("http://{}/", refusing()), Outcome::Connect),
        (site.fault(Fault::ResetInBody, ""), reset),
        (site.fault(Fault::CutBody, ""), Outcome::Truncated),
        (site.fault(Fault::Html, ""), Outcome::NotAPhoto),
        (site.fault(Fault::Noise, ""), Outcome::Malformed),
    ];
    let good: Vec<_> = (0..bad.len() as u64).map(|seed| Picture::jpeg(3000, seed)).collect();
    let pairs = bad.iter().zip(&good);
    let urls: Vec<_> =
        pairs.flat_map(|((url, _), picture)| [url.clone(), site.url(&picture.path())]).collect();
    let results = site.downloader(style).many(&urls, 4);
    assert_eq!(results.len(), urls.len());
    for ((pair, (url, outcome)), picture) in results.chunks(2).zip(&bad).zip(&good) {
        outcome.assert_of(&pair[0]);
        assert!(pair[0].as_ref().unwrap_err().to_string().starts_with(&format!("{url}: ")), "{pair:?}");
        picture.assert_is(pair[1].as_ref().unwrap());
    }
}
