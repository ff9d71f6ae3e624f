//! The documented pitfalls behave as described.

use std::rc::Rc;
use std::time::Duration;

use photo_callbacks::{Client, Config};
use photo_server::Fault;
use photo_tests::suite;

use crate::story::{Story, start};

suite! { once:
    cancelling_a_download_calls_its_callback_but_cancelling_a_timer_drops_it,
    a_chain_that_ignores_cancelled_outlives_cancel_all,
    a_callback_that_holds_a_client_keeps_it_alive_until_it_is_called,
    cancelling_a_download_that_has_ended_leaves_the_next_one_alone,
}

fn cancelling_a_download_calls_its_callback_but_cancelling_a_timer_drops_it() {
    let (site, client, story) = start();
    let download = client.download(&site.fault(Fault::StallBeforeHead, ""), story.result("download"));
    let held = Rc::new(());
    let of_timer = Rc::clone(&held);
    let timer = client.after(Duration::from_mins(1), move || drop(of_timer));
    download.cancel();
    timer.cancel();
    assert_eq!(Rc::strong_count(&held), 1, "the timer's callback is dropped at once");
    client.run();
    story.assert_is(&["download Cancelled"]);
}

fn a_chain_that_ignores_cancelled_outlives_cancel_all() {
    fn chain(client: &Client, left: u32, story: Story) {
        let next = client.clone();
        client.download("http://127.0.0.1:1/", move |result| {
            story.result("link")(result);
            if left > 0 {
                chain(&next, left - 1, story);
            }
        });
    }
    let (_, client, story) = start();
    chain(&client, 1, story.clone());
    client.cancel_all();
    client.run();
    story.assert_is(&["link Cancelled", "link Connect"]);
}

fn a_callback_that_holds_a_client_keeps_it_alive_until_it_is_called() {
    let client = Client::new(Config::default()).unwrap();
    let remote = client.remote();
    let held = client.clone();
    client.defer(move || drop(held));
    drop(client);
    // Only a call shows that it still exists: the loop no longer turns.
    assert!(remote.call(|_| ()));
}

/// The next download takes the slot of the ended one.
fn cancelling_a_download_that_has_ended_leaves_the_next_one_alone() {
    let (site, client, story) = start();
    let ended = client.download(&site.url("/photo"), story.result("first"));
    client.run();
    client.download(&site.url("/photo?delay_ms=2000"), story.result("second"));
    while site.counters().open_requests == 0 {
        client.turn(Some(Duration::from_millis(1)));
    }
    ended.cancel();
    client.run();
    story.assert_is(&["first Photo", "second Photo"]);
    assert_eq!(site.counters().connections, 1, "the event loop did not close the kept connection");
}
