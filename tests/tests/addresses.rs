//! A host with several addresses: they are tried as in RFC 8305. Only Linux has the loopback addresses and the short
//! queues of black holes.

#![cfg(target_os = "linux")]

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use photo::{Config, Phase};
use photo_tests::{BlackHole, Outcome, Picture, Site, Style, suite};

suite! {
    an_address_that_never_answers_costs_a_quarter_of_a_second,
    the_attempts_that_lose_are_closed,
    addresses_that_refuse_cost_no_time,
    addresses_of_both_families_are_tried,
    addresses_that_never_answer_time_out,
}

const PICTURE: Picture = Picture::jpeg(3000, 5);

fn download(style: Style, site: &Site, addresses: Vec<SocketAddr>) -> Duration {
    let client = site.client_with(style, |config| config.resolve("photos.test", addresses));
    let start = Instant::now();
    PICTURE.assert_is(&client.download(&format!("http://photos.test{}", PICTURE.path())).unwrap());
    start.elapsed()
}

fn an_address_that_never_answers_costs_a_quarter_of_a_second(style: Style) {
    let site = Site::start();
    let holes = ["127.0.0.1", "127.0.0.2"].map(BlackHole::on);
    let addresses = holes.iter().map(BlackHole::address).chain([site.addr()]).collect();
    let time = download(style, &site, addresses);
    assert!((Duration::from_millis(500)..Duration::from_secs(3)).contains(&time), "after {time:?}");
}

fn the_attempts_that_lose_are_closed(style: Style) {
    let site = Site::start();
    let hole = BlackHole::on("127.0.0.1");
    let client =
        site.client_with(style, |config| config.resolve("photos.test", vec![hole.address(), site.addr()]));
    client.download(&format!("http://photos.test{}", PICTURE.path())).unwrap();
    assert_eq!(hole.open(), 0);
    assert_eq!(site.counters().connections, 1);
}

fn addresses_that_refuse_cost_no_time(style: Style) {
    let site = Site::start();
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // A pause before each would add up to 10 s.
    let time = download(style, &site, [vec![refused; 40], vec![site.addr()]].concat());
    assert!(time < Duration::from_secs(5), "after {time:?}");
}

fn addresses_of_both_families_are_tried(style: Style) {
    if TcpListener::bind("[::1]:0").is_err() {
        eprintln!("skipped: this machine has no IPv6");
        return;
    }
    let site = Site::start();
    let hole = BlackHole::on("::1");
    download(style, &site, vec![hole.address(), site.addr()]);
}

fn addresses_that_never_answer_time_out(style: Style) {
    let holes = ["127.0.0.1", "127.0.0.2", "127.0.0.3"].map(BlackHole::on);
    let limit = Duration::from_millis(700);
    let config = Config::default().connect_timeout(limit);
    let config = config.resolve("photos.test", holes.iter().map(BlackHole::address).collect::<Vec<_>>());
    let client = style.adapter(config).unwrap();
    let start = Instant::now();
    Outcome::Timeout(Phase::Connect).assert_of(&client.download("http://photos.test/"));
    assert!((limit..limit * 6).contains(&start.elapsed()), "after {:?}", start.elapsed());
}
