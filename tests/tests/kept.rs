//! Kept connections: the time for which they are used again.

use std::time::Duration;

use photo_server::Fault;
use photo_tests::{Outcome, Scheme, Site, Style, encoded, suite, takes};

suite! {
    a_connection_that_is_too_old_is_not_used_again,
    a_connection_is_not_kept_for_longer_than_the_server_keeps_it,
    a_reply_without_a_photo_keeps_its_connection,
    a_redirect_with_a_short_body_keeps_its_connection,
    a_long_page_of_an_error_is_not_waited_for,
}

fn a_connection_that_is_too_old_is_not_used_again(style: Style) {
    let site = Site::start();
    let client = site.downloader_with(style, |config| config.max_idle_age(Duration::ZERO));
    for _ in 0..3 {
        client.download(&site.url("/photo")).unwrap();
    }
    assert_eq!(site.counters().connections, 3);
}

fn a_connection_is_not_kept_for_longer_than_the_server_keeps_it(style: Style) {
    let (site, client) = Site::with(style);
    for _ in 0..3 {
        client.download(&site.url("/photo?idle_s=0")).unwrap();
    }
    assert_eq!(site.counters().connections, 3);
    for _ in 0..3 {
        client.download(&site.url("/photo?idle_s=60")).unwrap();
    }
    assert_eq!(site.counters().connections, 4);
}

/// Downloads each URL once with one client; returns the number of connections.
fn connections(style: Style, site: &Site, urls: &[(String, Outcome)]) -> u64 {
    site.reset_counters();
    let client = site.client(style);
    for (url, expected) in urls {
        expected.assert_of(&client.download(url));
    }
    assert_eq!(site.counters().requests, urls.len() as u64);
    site.counters().connections
}

fn a_reply_without_a_photo_keeps_its_connection(style: Style) {
    let site = Site::start();
    for scheme in Scheme::ALL {
        let fault = |fault: Fault, parameters: &str, expected| {
            (site.url_by(scheme, &format!("{}?{parameters}", fault.path())), expected)
        };
        let mut urls: Vec<_> = [204, 304, 403, 404, 410, 429, 500, 503]
            .map(|code| fault(Fault::Status, &format!("code={code}"), Outcome::Status(code)))
            .into();
        urls.push(fault(Fault::Html, "", Outcome::NotAPhoto));
        urls.push(fault(Fault::Empty, "", Outcome::NotAPhoto));
        urls.push((site.url_by(scheme, "/nowhere"), Outcome::Status(404)));
        urls.push((site.url_by(scheme, "/photo"), Outcome::Photo));
        assert_eq!(connections(style, &site, &urls), 1, "{scheme:?}");
    }
}

fn a_redirect_with_a_short_body_keeps_its_connection(style: Style) {
    let (site, client) = Site::with(style);
    for _ in 0..3 {
        client.download(&site.fault(Fault::RedirectBody, "body=100")).unwrap();
    }
    assert_eq!((site.counters().requests, site.counters().connections), (6, 1));
}

fn a_long_page_of_an_error_is_not_waited_for(style: Style) {
    let site = Site::start();
    let page = "HTTP/1.1 404 Not Found\r\nContent-Length: 9999\r\n\r\n";
    let url = site.fault(Fault::Raw, &format!("end=stall&reply={}", encoded(page)));
    let twice = vec![(url, Outcome::Status(404)); 2];
    // The page would come after the limit of 10 minutes, if at all.
    takes(..Duration::from_mins(1), || assert_eq!(connections(style, &site, &twice), 2));
}
