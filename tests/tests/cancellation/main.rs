//! A cancelled download ends at once, and no other one does.

mod ends;
mod pauses;
mod token;

use std::time::{Duration, Instant};

use photo_server::Fault;
use photo_tests::{Outcome, Picture, Scheme, Site, Style, eventually, suite};

suite! {
    a_download_is_cancelled_before_the_head,
    a_download_is_cancelled_in_the_head,
    a_download_is_cancelled_in_the_body,
    a_download_is_cancelled_while_bytes_come,
    a_download_is_cancelled_over_tls,
    a_download_is_cancelled_while_it_agrees_on_tls,
    a_download_is_cancelled_on_a_kept_connection,
    cancelling_comes_too_late_for_a_photo_that_is_there,
}

/// All limits are at least 10 s, so that none of them can end the download.
#[track_caller]
fn assert_cancelled(style: Style, fault: Fault, scheme: Scheme, query: &str, warm_up: bool) {
    let site = Site::start();
    let client = site.client(style);
    if warm_up {
        client.download(&site.url_by(scheme, "/photo")).unwrap();
    }
    let start = Instant::now();
    let after = Duration::from_millis(100);
    let result = client.cancel(&site.url_by(scheme, &format!("{}?{query}", fault.path())), after);
    Outcome::Cancelled.assert_of(&result);
    assert!(start.elapsed() < after + Duration::from_secs(1), "after {:?}", start.elapsed());
    eventually("its connection is closed", || site.counters().open_connections == 0);
    assert_eq!(site.counters().aborted, 1);

    let picture = Picture::jpeg(5000, 8);
    picture.assert_is(&client.download(&site.url_by(scheme, &picture.path())).unwrap());
}

fn a_download_is_cancelled_before_the_head(style: Style) {
    assert_cancelled(style, Fault::StallBeforeHead, Scheme::Http, "", false);
}

fn a_download_is_cancelled_in_the_head(style: Style) {
    assert_cancelled(style, Fault::StallInHead, Scheme::Http, "", false);
}

fn a_download_is_cancelled_in_the_body(style: Style) {
    assert_cancelled(style, Fault::StallInBody, Scheme::Http, "", false);
}

fn a_download_is_cancelled_while_bytes_come(style: Style) {
    assert_cancelled(style, Fault::Drip, Scheme::Http, "step=10&every_ms=2", false);
}

fn a_download_is_cancelled_over_tls(style: Style) {
    for fault in [Fault::StallBeforeHead, Fault::StallInBody] {
        assert_cancelled(style, fault, Scheme::Https, "", false);
    }
}

fn a_download_is_cancelled_while_it_agrees_on_tls(style: Style) {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", silent.local_addr().unwrap());
    let start = Instant::now();
    let client = style.adapter(photo::Config::default()).unwrap();
    Outcome::Cancelled.assert_of(&client.cancel(&url, Duration::from_millis(100)));
    assert!(start.elapsed() < Duration::from_secs(1), "after {:?}", start.elapsed());
}

fn a_download_is_cancelled_on_a_kept_connection(style: Style) {
    assert_cancelled(style, Fault::StallBeforeHead, Scheme::Http, "", true);
    assert_cancelled(style, Fault::StallInBody, Scheme::Https, "", true);
}

fn cancelling_comes_too_late_for_a_photo_that_is_there(style: Style) {
    let site = Site::start();
    let client = site.client(style);
    let picture = Picture::jpeg(5000, 9);
    picture.assert_is(&client.cancel(&site.url(&picture.path()), Duration::from_millis(500)).unwrap());
    picture.assert_is(&client.download(&site.url(&picture.path())).unwrap());
    assert_eq!(site.counters().connections, 1, "the connection was kept");
}

/// Futures are cancelled by dropping them.
mod dropping {
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use photo_futures::Client;
    use photo_futures::runtime::{AsyncStd, Runtime, Smol, Tokio};
    use photo_tests::within;

    use super::*;

    fn is_send<T: Send>(value: T) -> T {
        value
    }

    fn touches_nothing_before_it_is_polled<R: Runtime>(runtime: R) {
        let site = Site::start();
        let client = Client::new(runtime, site.config()).unwrap();
        drop(is_send(client.download(&site.url("/photo"))));
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!((site.counters().connections, site.counters().requests), (0, 0));
    }

    async fn takes_no_other_with_it<R: Runtime>(runtime: R) {
        let site = Site::start();
        let client = Client::new(runtime, site.config()).unwrap();
        let (good_url, stalled_url) = (site.url("/photo?delay_ms=100"), site.fault(Fault::StallInBody, ""));
        let mut good = pin!(client.download(&good_url));
        {
            let mut stalled = pin!(client.download(&stalled_url));
            let cx = &mut Context::from_waker(Waker::noop());
            assert!(good.as_mut().poll(cx).is_pending());
            assert!(stalled.as_mut().poll(cx).is_pending());
            client.runtime().sleep(Duration::from_millis(50)).await;
        }
        good.await.unwrap();
        eventually("only the good one's connection is left", || site.counters().open_connections == 1);
    }

    /// The download may have reached any `.await`.
    async fn closes_its_connection_after_any_poll<R: Runtime>(runtime: impl Fn() -> R) {
        let site = Site::start();
        let url = site.url("/photo?bytes=300000&delay_ms=10");
        for polls in 1.. {
            let client = Client::new(runtime(), site.config()).unwrap();
            let mut download = Box::pin(client.download(&url));
            let mut left = polls;
            let ended = poll_fn(|cx| {
                left -= 1;
                match download.as_mut().poll(cx) {
                    Poll::Ready(photo) => Poll::Ready(photo.is_ok()),
                    Poll::Pending if left == 0 => Poll::Ready(false),
                    Poll::Pending => Poll::Pending,
                }
            });
            if ended.await {
                assert!(polls > 2, "it was pending less than twice");
                return;
            }
            drop(download);
            eventually("its connection is closed", || site.counters().open_connections == 0);
        }
    }

    fn on_tokio<T>(future: impl Future<Output = T>) -> T {
        let mut builder = ::tokio::runtime::Builder::new_current_thread();
        builder.enable_io().enable_time().build().unwrap().block_on(future)
    }

    #[test]
    fn a_future_that_was_never_polled_touches_nothing() {
        within(|| {
            touches_nothing_before_it_is_polled(Tokio); // not even a runtime
            touches_nothing_before_it_is_polled(AsyncStd);
            touches_nothing_before_it_is_polled(Smol);
        });
    }

    #[test]
    fn a_future_that_is_dropped_at_any_await_closes_its_connection() {
        within(|| {
            on_tokio(closes_its_connection_after_any_poll(|| Tokio));
            ::async_std::task::block_on(closes_its_connection_after_any_poll(|| AsyncStd));
            ::smol::block_on(closes_its_connection_after_any_poll(|| Smol));
        });
    }

    #[test]
    fn a_dropped_future_takes_no_other_with_it() {
        within(|| {
            on_tokio(takes_no_other_with_it(Tokio));
            ::async_std::task::block_on(takes_no_other_with_it(AsyncStd));
            ::smol::block_on(takes_no_other_with_it(Smol));
        });
    }
}

/// Whether a batch waits that has a photo, an overloaded server and silent ones: the photo has arrived, and the
/// overloaded server was asked once.
fn all_wait(site: &Site) -> bool {
    let counters = site.counters();
    counters.requests == 5 && counters.open_requests == 3
}

/// Chains of callbacks are cancelled by a token, from any thread.
mod steps {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::thread;

    use photo::Backoff;
    use photo_callbacks::recipes::Done;
    use photo_callbacks::{Client, Error, recipes};
    use photo_tests::within;

    use super::*;

    const SHORTLY: Duration = Duration::from_secs(1);

    #[test]
    fn another_thread_stops_a_stream_that_reports_every_url() {
        within(|| {
            let site = Site::start();
            let root = Client::new(site.config()).unwrap();
            let (client, token) = root.cancellable();
            let mut urls = vec![site.fault(Fault::StallInBody, ""); 9];
            urls[0] = site.url("/photo");
            urls[1] = site.fault(Fault::Status, "code=503&retry_after=10");
            let backoff = Backoff::new(5, 10 * SHORTLY, 10 * SHORTLY);
            let download = |client: &Client, url: &str, done: Done<_>| _ = client.download(url, done);
            let retry = move |client: &Client, url: &str, done: Done<_>| {
                recipes::retry(client, url, backoff.clone(), download, done);
            };
            let outcomes = Rc::new(RefCell::new(vec![None; urls.len()]));
            let on_each = {
                let outcomes = Rc::clone(&outcomes);
                move |index: usize, result| outcomes.borrow_mut()[index] = Some(Outcome::of(&result))
            };
            recipes::stream(&client, &urls, 4, retry, on_each, || ());
            let start = thread::scope(|scope| {
                let user = scope.spawn(|| {
                    eventually("three are silent and one pauses", || all_wait(&site));
                    token.cancel();
                    Instant::now()
                });
                client.run();
                user.join().unwrap()
            });
            assert!(start.elapsed() < SHORTLY, "after {:?}", start.elapsed());
            let mut expected = vec![Some(Outcome::Cancelled); urls.len()];
            expected[0] = Some(Outcome::Photo);
            assert_eq!(*outcomes.borrow(), expected);
            eventually("the connections are closed", || site.counters().open_requests == 0);
            assert_eq!(site.counters().requests, 5, "none was started afterwards");

            root.download(&site.url("/photo"), |result| assert!(result.is_ok()));
            root.run();
        });
    }

    #[test]
    fn a_token_stops_its_client_and_the_clients_made_of_that() {
        within(|| {
            let site = Site::start();
            let root = Client::new(site.config()).unwrap();
            let (parent, parent_token) = root.cancellable();
            let (child, _) = parent.cancellable();
            let (sibling, sibling_token) = parent.cancellable();
            let ended = Rc::new(RefCell::new(Vec::new()));
            for (client, name) in
                [(&root, "root"), (&parent, "parent"), (&child, "child"), (&sibling, "sibling")]
            {
                let ended = Rc::clone(&ended);
                client.download(&site.url("/photo?delay_ms=300"), move |result| {
                    ended.borrow_mut().push((name, matches!(result, Err(Error::Cancelled))));
                });
            }
            sibling_token.cancel();
            assert!(sibling_token.is_cancelled() && !parent_token.is_cancelled());
            root.after(Duration::from_millis(50), move || parent_token.cancel());
            root.run();
            let expected = [("sibling", true), ("parent", true), ("child", true), ("root", false)];
            assert_eq!(*ended.borrow(), expected);
        });
    }
}
