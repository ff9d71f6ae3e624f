//! Blocking calls are cancelled by a token.

use std::thread;

use photo::Backoff;
use photo_blocking::{Client, recipes};
use photo_tests::within;

use super::*;

#[test]
fn one_token_cancels_many_threads_at_once() {
    within(|| {
        let site = Site::start();
        let client = Client::new(site.config()).unwrap();
        let (cancellable, token) = client.cancellable();
        let urls = [Fault::StallBeforeHead, Fault::StallInHead, Fault::StallInBody]
            .map(|fault| [site.fault(fault, ""), site.url_by(Scheme::Https, &fault.path())]);
        thread::scope(|scope| {
            let urls = urls.as_flattened().iter().cycle().take(24);
            let waiting: Vec<_> = urls.map(|url| scope.spawn(|| cancellable.download(url))).collect();
            eventually("all are waiting", || site.counters().open_requests == 24);
            let start = Instant::now();
            token.cancel();
            for download in waiting {
                Outcome::Cancelled.assert_of(&download.join().unwrap());
            }
            assert!(start.elapsed() < Duration::from_secs(1), "after {:?}", start.elapsed());
        });
        eventually("all connections are closed", || site.counters().open_connections == 0);
        client.download(&site.url("/photo")).unwrap();
    });
}

#[test]
fn a_stream_is_stopped_with_its_client_and_reports_every_url() {
    within(|| {
        let site = Site::start();
        let (client, token) = Client::new(site.config()).unwrap().cancellable();
        let mut urls = vec![site.fault(Fault::StallInBody, ""); 9];
        urls[0] = site.url("/photo");
        urls[1] = site.fault(Fault::Status, "code=503&retry_after=10");
        let pause = Duration::from_secs(10);
        let retry = move |client: &Client, url: &str| {
            recipes::retry(client, url, Backoff::new(5, pause, pause), Client::download)
        };
        let results = recipes::stream(&client, &urls, 4, retry);
        let start = thread::scope(|scope| {
            let user = scope.spawn(|| {
                eventually("three are silent and one pauses", || all_wait(&site));
                token.cancel();
                Instant::now()
            });
            let mut outcomes: Vec<_> = results.map(|(i, result)| (i, Outcome::of(&result))).collect();
            outcomes.sort_by_key(|(index, _)| *index);
            let expected =
                (0..urls.len()).map(|i| (i, if i == 0 { Outcome::Photo } else { Outcome::Cancelled }));
            assert!(outcomes.iter().copied().eq(expected), "{outcomes:?}");
            user.join().unwrap()
        });
        assert!(start.elapsed() < Duration::from_secs(1), "after {:?}", start.elapsed());
        assert_eq!(site.counters().requests, 5, "none was started afterwards");
    });
}

#[test]
fn a_token_that_was_cancelled_before_lets_nothing_start() {
    within(|| {
        let site = Site::start();
        let (client, token) = Client::new(site.config()).unwrap().cancellable();
        token.cancel();
        for _ in 0..2 {
            Outcome::Cancelled.assert_of(&client.download(&site.url("/photo")));
        }
        thread::sleep(Duration::from_millis(50));
        assert_eq!(site.counters().connections, 0);
    });
}

#[test]
fn a_token_that_was_not_cancelled_changes_nothing() {
    within(|| {
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
    });
}
