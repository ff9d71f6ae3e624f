//! The recipe `one`: "started" comes first.

use std::sync::mpsc;

use photo_tests::{Outcome, Site, Style, suite};

suite! {
    started_comes_before_the_photo,
    started_comes_before_an_error,
}

fn started_comes_before_the_photo(style: Style) {
    let site = Site::start();
    let url = site.url("/photo?delay_ms=20");
    assert_eq!(story(style, &site, &url), ["started", "Photo"]);
}

fn started_comes_before_an_error(style: Style) {
    let site = Site::start();
    assert_eq!(story(style, &site, &site.url("/nowhere")), ["started", "Status(404)"]);
    assert_eq!(story(style, &site, "no URL"), ["started", "InvalidUrl"]);
}

/// The calls of the recipe `one`, in order.
fn story(style: Style, site: &Site, url: &str) -> Vec<String> {
    let (teller, story) = mpsc::channel();
    let started = teller.clone();
    site.client(style).one(
        url,
        Box::new(move || started.send("started".to_owned()).unwrap()),
        Box::new(move |result| teller.send(Outcome::of(&result).to_string()).unwrap()),
    );
    story.try_iter().collect()
}
