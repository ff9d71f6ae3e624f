//! A cancelled download ends at once, and no other one does.

mod pauses;
mod token;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use photo::Config;
use photo_server::Fault;
use photo_tests::{BlackHole, Outcome, Picture, Scheme, Site, Style, eventually, suite, takes};

suite! {
    a_download_is_cancelled_at_any_time,
    a_download_is_cancelled_while_it_connects,
    a_download_is_cancelled_while_it_agrees_on_tls,
    a_photo_of_unknown_length_is_not_ended_by_cancelling,
}

/// The time after which the user cancels. All limits are at least 10 s, so that none of them can end the download.
const PATIENCE: Duration = Duration::from_millis(100);

const SOON: Duration = Duration::from_secs(1);

fn a_download_is_cancelled_at_any_time(style: Style) {
    for (fault, scheme, is_kept) in [
        (Fault::StallBeforeHead, Scheme::Http, false),
        (Fault::StallInHead, Scheme::Http, false),
        (Fault::StallInBody, Scheme::Http, false),
        (Fault::Drip, Scheme::Http, false),
        (Fault::StallBeforeHead, Scheme::Https, false),
        (Fault::StallInBody, Scheme::Https, false),
        (Fault::StallBeforeHead, Scheme::Http, true),
        (Fault::StallInBody, Scheme::Https, true),
    ] {
        let (site, client) = Site::with(style);
        if is_kept {
            client.download(&site.url_by(scheme, "/photo")).unwrap();
        }
        let url = site.url_by(scheme, &format!("{}?step=10&every_ms=2", fault.path()));
        let result = takes(PATIENCE..PATIENCE + SOON, || client.cancel(&url, PATIENCE));
        Outcome::Cancelled.assert_of(&result);
        eventually("its connection is closed", || site.counters().open_connections == 0);
        assert_eq!(site.counters().aborted, 1);

        let picture = Picture::jpeg(5000, 8);
        picture.assert_is(&client.download(&site.url_by(scheme, &picture.path())).unwrap());
    }
}

#[track_caller]
fn assert_cancelled(style: Style, url: &str) {
    let client = style.adapter(Config::default()).unwrap();
    Outcome::Cancelled.assert_of(&takes(..SOON, || client.cancel(url, PATIENCE)));
}

fn a_download_is_cancelled_while_it_connects(style: Style) {
    if !cfg!(target_os = "linux") {
        eprintln!("skipped: only on Linux is the queue of a black hole short");
        return;
    }
    let hole = BlackHole::on("127.0.0.1");
    assert_cancelled(style, &format!("http://{}/", hole.address()));
}

fn a_download_is_cancelled_while_it_agrees_on_tls(style: Style) {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    assert_cancelled(style, &format!("https://{}/", silent.local_addr().unwrap()));
}

/// A cancelled blocking call sees the end of the stream, which looks like the end of this photo.
fn a_photo_of_unknown_length_is_not_ended_by_cancelling(style: Style) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut tcp, _) = listener.accept().unwrap();
        tcp.write_all(b"HTTP/1.1 200 OK\r\n\r\nGIF89a\x01\0\x01\0\0\0\0;").unwrap();
        let _ = tcp.read_to_end(&mut Vec::new()); // until the client closes
    });
    assert_cancelled(style, &url);
    server.join().unwrap();
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

/// Chains of callbacks are cancelled by a token.
mod steps {
    use std::cell::RefCell;
    use std::rc::Rc;

    use photo_callbacks::{Client, Error};
    use photo_tests::within;

    use super::*;

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
