//! The recipe `race`: the first good photo wins, and nothing is left of the others.

use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use photo_server::Fault;
use photo_tests::{Outcome, Picture, Scheme, Site, Style, eventually, refusing, suite, takes};

suite! {
    the_first_good_photo_wins,
    the_connections_of_the_losers_are_closed,
    a_mirror_that_never_agrees_on_tls_does_not_delay_the_winner,
    a_failure_does_not_win,
    if_all_fail_it_is_by_the_last_error,
    mirrors_of_the_same_speed_bring_one_photo,
    the_only_mirror_wins,
    without_mirrors_there_is_no_photo,
}

/// Far more than the winner needs, far less than any loser.
const SOON: Duration = Duration::from_secs(20);

fn the_first_good_photo_wins(style: Style) {
    let (site, client) = Site::with(style);
    let (slow, fast) = (Picture::jpeg(5000, 1), Picture::jpeg(5000, 2));
    let urls = [(slow, 60_000), (fast, 50), (slow, 70_000)]
        .map(|(picture, delay)| site.url(&format!("{}&delay_ms={delay}", picture.path())));
    fast.assert_is(&takes(..SOON, || client.race(&urls)).unwrap());
}

fn the_connections_of_the_losers_are_closed(style: Style) {
    for scheme in Scheme::ALL {
        let (site, client) = Site::with(style);
        let losers = [
            Fault::StallBeforeHead.path(),
            Fault::StallInHead.path(),
            "/photo?delay_ms=60000".to_owned(),
            Fault::StallInBody.path(),
            // It takes a minute.
            format!("{}?step=10&every_ms=20", Fault::Drip.path()),
        ];
        let mut urls: Vec<_> = losers.iter().map(|path| site.url_by(scheme, path)).collect();
        // The winner waits for one more request, which comes when the server has all of the race.
        let winner = site.url_by(scheme, "/photo?delay_ms=60000&gather=7");
        urls.insert(3, winner.clone());
        thread::scope(|scope| {
            scope.spawn(|| {
                eventually("all have started", || site.counters().open_requests == 6);
                site.client(style).download(&winner).unwrap();
            });
            takes(..SOON, || client.race(&urls)).unwrap();
        });
        eventually("only the winner's connection is left", || site.counters().open_connections == 1);
        assert_eq!(site.counters().aborted, losers.len() as u64);

        client.download(&site.url_by(scheme, "/photo")).unwrap();
        let connections = urls.len() as u64 + 1;
        assert_eq!(site.counters().connections, connections, "the winner's connection was kept");
    }
}

fn a_mirror_that_never_agrees_on_tls_does_not_delay_the_winner(style: Style) {
    let (site, client) = Site::with(style);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let urls = [format!("https://{}/", silent.local_addr().unwrap()), site.url("/photo?delay_ms=100")];
    takes(..SOON, || client.race(&urls)).unwrap();
}

fn a_failure_does_not_win(style: Style) {
    let (site, client) = Site::with(style);
    let picture = Picture::jpeg(5000, 3);
    let urls = [
        site.url("/nowhere"),
        "no URL".to_owned(),
        format!("http://{}/", refusing()),
        site.fault(Fault::ResetInBody, ""),
        site.url(&format!("{}&delay_ms=300", picture.path())),
        site.fault(Fault::Html, ""),
    ];
    picture.assert_is(&client.race(&urls).unwrap());
}

fn if_all_fail_it_is_by_the_last_error(style: Style) {
    let site = Site::start();
    let urls = vec![
        site.fault(Fault::Status, "code=503&delay_ms=3000"),
        site.fault(Fault::CutBody, ""),
        "no URL".to_owned(),
        site.url("/nowhere"),
    ];
    let race = |urls: Vec<_>| Outcome::Status(503).assert_of(&site.client(style).race(&urls));
    thread::scope(|scope| {
        scope.spawn(|| race(urls.clone()));
        scope.spawn(|| race(urls.iter().rev().cloned().collect()));
    });
}

fn mirrors_of_the_same_speed_bring_one_photo(style: Style) {
    let (site, client) = Site::with(style);
    for _ in 0..20 {
        client.race(&vec![site.url("/photo?bytes=2000"); 4]).unwrap();
    }
    client.download(&site.url("/photo")).unwrap();
    eventually("no request is open", || site.counters().open_requests == 0);
}

fn the_only_mirror_wins(style: Style) {
    let site = Site::start();
    site.client(style).race(&[site.url("/photo")]).unwrap();
    Outcome::Status(404).assert_of(&site.client(style).race(&[site.url("/nowhere")]));
}

fn without_mirrors_there_is_no_photo(style: Style) {
    Outcome::InvalidUrl.assert_of(&Site::start().client(style).race(&[]));
}
