//! Kept connections: how long they are used again.

use std::time::Duration;

use photo_tests::{Site, Style, suite};

suite! {
    a_connection_that_is_too_old_is_not_used_again,
    a_connection_is_not_kept_for_longer_than_the_server_keeps_it,
}

fn a_connection_that_is_too_old_is_not_used_again(contender: Style) {
    let site = Site::start();
    let client = site.downloader_with(contender, |config| config.max_idle_age(Duration::ZERO));
    for _ in 0..3 {
        client.download(&site.url("/photo")).unwrap();
    }
    assert_eq!(site.counters().connections, 3);
}

fn a_connection_is_not_kept_for_longer_than_the_server_keeps_it(contender: Style) {
    let site = Site::start();
    let client = site.client(contender);
    for _ in 0..3 {
        client.download(&site.url("/photo?idle_s=0")).unwrap();
    }
    assert_eq!(site.counters().connections, 3);
    for _ in 0..3 {
        client.download(&site.url("/photo?idle_s=60")).unwrap();
    }
    assert_eq!(site.counters().connections, 4);
}
