//! A pause of `retry` that is cancelled counts no attempt. (A dropped future reports none.)

use std::cell::RefCell;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use photo::{Backoff, Error, Photo};
use photo_server::Fault;
use photo_tests::{Site, eventually, suite};

suite! { once:
    a_blocking_pause_that_is_cancelled_is_no_attempt,
    a_pause_of_callbacks_that_is_cancelled_is_no_attempt,
}

const LONG: Duration = Duration::from_secs(10);

fn backoff() -> Backoff {
    Backoff::new(5, LONG, LONG)
}

/// Waits until the server has replied to the first attempt, and a little for the client to pause.
fn pause_begins(site: &Site) {
    eventually("it pauses", || site.counters().requests == 1 && site.counters().open_requests == 0);
    thread::sleep(Duration::from_millis(100));
}

#[track_caller]
fn assert_one_attempt(site: &Site, result: &Result<Photo, Error>) {
    let Err(Error::Failed { attempts, cause, .. }) = result else { panic!("{result:?}") };
    assert!(matches!(**cause, Error::Cancelled), "{cause:?}");
    assert_eq!((*attempts, site.counters().requests), (1, 1));
}

fn a_blocking_pause_that_is_cancelled_is_no_attempt() {
    let site = Site::start();
    let url = site.fault(Fault::Status, "code=503");
    let (client, token) = photo_blocking::Client::new(site.config()).unwrap().cancellable();
    thread::scope(|scope| {
        let retry = scope.spawn(|| {
            photo_blocking::recipes::retry(&client, &url, backoff(), photo_blocking::Client::download)
        });
        pause_begins(&site);
        token.cancel();
        assert_one_attempt(&site, &retry.join().unwrap());
    });
}

fn a_pause_of_callbacks_that_is_cancelled_is_no_attempt() {
    let site = Site::start();
    let url = site.fault(Fault::Status, "code=503");
    let (client, token) = photo_callbacks::Client::new(site.config()).unwrap().cancellable();
    let ended = Rc::new(RefCell::new(None));
    let done = Rc::clone(&ended);
    let download = |client: &photo_callbacks::Client, url: &str, done: photo_callbacks::recipes::Done<_>| {
        client.download(url, done);
    };
    photo_callbacks::recipes::retry(&client, &url, backoff(), download, move |result| {
        *done.borrow_mut() = Some(result);
    });
    thread::scope(|scope| {
        scope.spawn(|| {
            pause_begins(&site);
            token.cancel();
        });
        client.run();
    });
    assert_one_attempt(&site, ended.borrow().as_ref().unwrap());
}
