//! The recipe `cancel`: it waits for the user only while there is a download to stop. (The tests of
//! `cancellation` stop some.)

use std::time::Duration;

use photo_server::Fault;
use photo_tests::{Outcome, Picture, Site, Style, suite, takes};

suite! {
    a_photo_that_comes_early_is_not_held_up,
    a_failure_that_comes_early_is_not_held_up,
    patience_may_be_endless,
}

/// The time that a user would wait, and the time that the download takes at most.
const PATIENCE: Duration = Duration::from_mins(4);
const SOON: Duration = Duration::from_mins(1);

fn a_photo_that_comes_early_is_not_held_up(style: Style) {
    let (site, client) = Site::with(style);
    let picture = Picture::jpeg(5000, 1);
    let url = site.url(&picture.path());
    picture.assert_is(&takes(..SOON, || client.cancel(&url, PATIENCE)).unwrap());
    picture.assert_is(&client.download(&url).unwrap());
    assert_eq!(site.counters().connections, 1, "the connection was kept");
}

fn a_failure_that_comes_early_is_not_held_up(style: Style) {
    let (site, client) = Site::with(style);
    for (url, outcome) in [
        (site.url("/nowhere"), Outcome::Status(404)),
        ("no URL".to_owned(), Outcome::InvalidUrl),
        (site.fault(Fault::CutBody, ""), Outcome::Truncated),
    ] {
        outcome.assert_of(&takes(..SOON, || client.cancel(&url, PATIENCE)));
    }
}

fn patience_may_be_endless(style: Style) {
    let site = Site::start();
    site.client(style).cancel(&site.url("/photo"), Duration::MAX).unwrap();
}
