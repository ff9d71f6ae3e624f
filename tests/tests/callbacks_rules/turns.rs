//! One turn of the loop: when it waits, what it handles, and when it ends.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use photo_callbacks::{Client, Config};
use photo_server::Fault;
use photo_tests::{suite, takes};

use crate::story::{millis, start};

suite! { once:
    a_turn_waits_for_its_timeout_at_most,
    a_turn_waits_for_a_timer_without_a_timeout,
    a_turn_does_not_wait_when_nothing_is_pending,
    a_turn_does_not_wait_while_a_callback_is_queued,
    next_timeout_is_zero_exactly_while_something_is_queued,
    a_callback_queued_by_a_callback_is_called_in_the_next_turn,
    a_turn_ends_although_each_callback_leads_to_another,
    a_turn_inside_a_callback_does_nothing,
    rule_6_a_panic_leaves_turn_and_the_next_turn_continues,
}

/// A time long enough to notice a wrong wait.
const LONG: Duration = Duration::from_secs(20);

fn a_turn_waits_for_its_timeout_at_most() {
    let (site, client, story) = start();
    client.download(&site.fault(Fault::StallBeforeHead, ""), story.result("stalled"));
    while client.next_timeout() == Some(Duration::ZERO) {
        client.turn(Some(Duration::ZERO));
    }
    client.turn(Some(millis(100))); // connected
    assert!(takes(millis(100)..LONG / 2, || client.turn(Some(millis(100)))));
    story.assert_is(&[]);
}

fn a_turn_waits_for_a_timer_without_a_timeout() {
    let (_, client, story) = start();
    client.after(millis(50), story.event("timer"));
    assert!(!takes(millis(50).., || client.turn(None)));
    story.assert_is(&["timer"]);
}

fn a_turn_does_not_wait_when_nothing_is_pending() {
    let client = Client::new(Config::default()).unwrap();
    assert!(!client.turn(None));
    assert!(!takes(..LONG / 2, || client.turn(Some(LONG))));
}

fn a_turn_does_not_wait_while_a_callback_is_queued() {
    let (_, client, story) = start();
    let far = client.after(Duration::from_mins(1), || unreachable!("it is cancelled"));
    client.download("no URL", story.result("bad"));
    assert!(takes(..LONG / 2, || client.turn(Some(LONG))));
    story.assert_is(&["bad InvalidUrl"]);
    far.cancel();
    assert!(!client.turn(None));
}

fn next_timeout_is_zero_exactly_while_something_is_queued() {
    let (site, client, story) = start();
    assert_eq!(client.next_timeout(), None);
    client.defer(|| ());
    assert_eq!(client.next_timeout(), Some(Duration::ZERO));
    client.run();
    assert_eq!(client.next_timeout(), None);

    let timer = client.after(Duration::from_hours(1), || unreachable!("it is cancelled"));
    let next = client.next_timeout().unwrap();
    assert!(next > Duration::from_mins(30) && next <= Duration::from_hours(1), "{next:?}");
    let download = client.download(&site.fault(Fault::StallBeforeHead, ""), story.result("stalled"));
    assert_eq!(client.next_timeout(), Some(Duration::ZERO));
    while client.next_timeout() == Some(Duration::ZERO) {
        client.turn(Some(Duration::ZERO));
    }
    let next = client.next_timeout().unwrap();
    assert!(next < Duration::from_mins(30), "{next:?}"); // the timeout of the download
    download.cancel();
    assert_eq!(client.next_timeout(), Some(Duration::ZERO));
    timer.cancel();
    client.run();
    assert_eq!(client.next_timeout(), None);
}

fn a_callback_queued_by_a_callback_is_called_in_the_next_turn() {
    let (_, client, story) = start();
    let (inner, first) = (client.clone(), story.clone());
    client.defer(move || {
        first.tell("first");
        inner.defer(first.event("second"));
        inner.download("no URL", first.result("bad"));
    });
    assert!(client.turn(None));
    story.assert_is(&["first"]);
    assert!(!client.turn(None));
    story.assert_is(&["first", "second", "bad InvalidUrl"]);
}

/// Otherwise the other loop would not get its turn.
fn a_turn_ends_although_each_callback_leads_to_another() {
    fn endless(client: &Client, calls: Rc<Cell<u32>>) {
        calls.set(calls.get() + 1);
        let [by_defer, by_timer, by_work] = [client.clone(), client.clone(), client.clone()];
        match calls.get() % 3 {
            0 => client.defer(move || endless(&by_defer, calls)),
            1 => drop(client.after(Duration::ZERO, move || endless(&by_timer, calls))),
            _ => client.offload(|| (), move |()| endless(&by_work, calls)),
        }
    }
    let client = Client::new(Config::default()).unwrap();
    let calls = Rc::new(Cell::new(0));
    endless(&client, Rc::clone(&calls));
    for turn in 1..=100 {
        assert!(client.turn(None));
        assert!(calls.get() <= turn + 1, "{} calls in {turn} turns", calls.get());
    }
    assert!(calls.get() > 30, "only {} calls", calls.get());
}

fn a_turn_inside_a_callback_does_nothing() {
    let (_, client, story) = start();
    let (inner, outer) = (client.clone(), story.clone());
    client.defer(move || {
        inner.defer(outer.event("deferred"));
        while inner.turn(None) {}
        outer.tell("callback has returned");
    });
    client.run();
    story.assert_is(&["callback has returned", "deferred"]);
}

fn rule_6_a_panic_leaves_turn_and_the_next_turn_continues() {
    let (_, client, story) = start();
    client.defer(|| panic!("out of the turn"));
    client.download("no URL", story.result("bad"));
    catch_unwind(AssertUnwindSafe(|| client.turn(None))).unwrap_err();
    assert_eq!(client.next_timeout(), Some(Duration::ZERO));
    assert!(!client.turn(None));
    story.assert_is(&["bad InvalidUrl"]);
}
