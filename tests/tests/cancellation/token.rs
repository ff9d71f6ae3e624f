//! Blocking calls are cancelled by a token.

use std::thread;

use photo_blocking::Client;
use photo_tests::suite;

use super::*;

suite! { once:
    one_token_cancels_many_threads_at_once,
    a_token_that_was_cancelled_before_lets_nothing_start,
    a_token_that_was_not_cancelled_changes_nothing,
}

fn one_token_cancels_many_threads_at_once() {
    let site = Site::start();
    let client = Client::new(site.config()).unwrap();
    let (cancellable, token) = client.cancellable();
    let urls = [Fault::StallBeforeHead, Fault::StallInHead, Fault::StallInBody]
        .map(|fault| [site.fault(fault, ""), site.url_by(Scheme::Https, &fault.path())]);
    thread::scope(|scope| {
        let urls = urls.as_flattened().iter().cycle().take(24);
        let waiting: Vec<_> = urls.map(|url| scope.spawn(|| cancellable.download(url))).collect();
        eventually("all are waiting", || site.counters().open_requests == 24);
        takes(..SOON, || {
            token.cancel();
            for download in waiting {
                Outcome::Cancelled.assert_of(&download.join().unwrap());
            }
        });
    });
    eventually("all connections are closed", || site.counters().open_connections == 0);
    client.download(&site.url("/photo")).unwrap();
}

fn a_token_that_was_cancelled_before_lets_nothing_start() {
    let site = Site::start();
    let (client, token) = Client::new(site.config()).unwrap().cancellable();
    token.cancel();
    for url in [site.url("/photo"), site.url("/photo"), "no URL".into()] {
        Outcome::Cancelled.assert_of(&client.download(&url));
    }
    thread::sleep(Duration::from_millis(50));
    assert_eq!(site.counters().connections, 0);
}

fn a_token_that_was_not_cancelled_changes_nothing() {
    let site = Site::start();
    let client = Client::new(site.config()).unwrap();
    let [(client, _token), (_, other)] = [(); 2].map(|()| client.cancellable());
    thread::scope(|scope| {
        let slow = scope.spawn(|| client.download(&site.url("/photo?delay_ms=200")));
        eventually("it is waiting", || site.counters().open_requests == 1);
        other.cancel();
        slow.join().unwrap().unwrap();
    });
    client.download(&site.url("/photo")).unwrap();
    assert_eq!(site.counters().connections, 1);
}
