//! A host with several addresses: they are tried as in RFC 8305. Only Linux has the loopback addresses and the short
//! queues of black holes.

#![cfg(target_os = "linux")]

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use photo::{Config, Phase, Photo};
use photo_tests::{BlackHole, Outcome, Picture, Site, Style, refusing, suite, takes};

suite! {
    an_address_that_never_answers_costs_a_quarter_of_a_second,
    the_attempts_that_lose_are_closed,
    addresses_that_refuse_cost_no_time,
    addresses_of_both_families_are_tried,
    a_host_that_does_not_answer_times_out,
}

const PICTURE: Picture = Picture::jpeg(3000, 5);

/// Delay that a busy machine may add.
const SOON: Duration = Duration::from_secs(20);

fn download(style: Style, site: &Site, addresses: &[SocketAddr]) -> Photo {
    let client = site.client_with(style, |config| config.resolve("photos.test", addresses));
    client.download(&format!("http://photos.test{}", PICTURE.path())).unwrap()
}

fn an_address_that_never_answers_costs_a_quarter_of_a_second(style: Style) {
    let site = Site::start();
    let holes = ["127.0.0.1", "127.0.0.2"].map(BlackHole::on);
    let addresses = [holes[0].address(), holes[1].address(), site.addr()];
    // The upper bound is less than any limit of the client.
    let pauses = Duration::from_millis(500)..SOON;
    PICTURE.assert_is(&takes(pauses, || download(style, &site, &addresses)));
}

fn the_attempts_that_lose_are_closed(style: Style) {
    let site = Site::start();
    let hole = BlackHole::on("127.0.0.1");
    download(style, &site, &[hole.address(), site.addr()]);
    assert_eq!(hole.open(), 0);
    assert_eq!(site.counters().connections, 1);
}

fn addresses_that_refuse_cost_no_time(style: Style) {
    let site = Site::start();
    let addresses = [vec![refusing(); 200], vec![site.addr()]].concat();
    // A pause before each would add up to 50 s.
    takes(..SOON, || download(style, &site, &addresses));
}

fn addresses_of_both_families_are_tried(style: Style) {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        eprintln!("skipped: this machine has no IPv6");
        return;
    }
    let site = Site::start();
    let hole = BlackHole::on("::1");
    download(style, &site, &[hole.address(), site.addr()]);
}

fn a_host_that_does_not_answer_times_out(style: Style) {
    let holes = ["127.0.0.1", "127.0.0.2", "127.0.0.3"].map(BlackHole::on);
    let addresses = holes.each_ref().map(BlackHole::address);
    let (limit, never) = (Duration::from_secs(2), Duration::MAX);
    let config = Config::default().timeout(never).connect_timeout(limit).stall_timeout(never);
    let config = config.resolve("photos.test", addresses);
    let download = |url| {
        let client = style.client(config.clone()).unwrap();
        let result = takes(limit..limit + SOON, || client.download(url));
        Outcome::Timeout(Phase::Connect).assert_of(&result);
    };
    thread::scope(|scope| {
        scope.spawn(|| download("http://photos.test/"));
        scope.spawn(|| download("https://photos.test/"));
    });
}
