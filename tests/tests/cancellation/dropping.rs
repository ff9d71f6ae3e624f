//! Futures are cancelled by dropping them.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use photo_futures::Client;
use photo_futures::runtime::{AsyncStd, Runtime, Smol, Tokio};
use photo_tests::suite;

use super::*;

suite! { once:
    a_future_that_was_never_polled_touches_nothing,
    a_future_that_is_dropped_at_any_await_closes_its_connection,
    a_dropped_future_takes_no_other_with_it,
}

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
    let url = site.url("/photo?bytes=300000&delay_ms=500");
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

fn a_future_that_was_never_polled_touches_nothing() {
    touches_nothing_before_it_is_polled(Tokio); // not even a runtime
    touches_nothing_before_it_is_polled(AsyncStd);
    touches_nothing_before_it_is_polled(Smol);
}

fn a_future_that_is_dropped_at_any_await_closes_its_connection() {
    on_tokio(closes_its_connection_after_any_poll(|| Tokio));
    ::async_std::task::block_on(closes_its_connection_after_any_poll(|| AsyncStd));
    ::smol::block_on(closes_its_connection_after_any_poll(|| Smol));
}

fn a_dropped_future_takes_no_other_with_it() {
    on_tokio(takes_no_other_with_it(Tokio));
    ::async_std::task::block_on(takes_no_other_with_it(AsyncStd));
    ::smol::block_on(takes_no_other_with_it(Smol));
}
