//! Behaviour beyond the rules: the loop, its timers and its workers.

use std::cell::Cell;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use photo_callbacks::{Client, Config};
use photo_tests::{suite, takes};

use crate::story::{millis, start};

suite! { once:
    dropping_a_handle_stops_nothing,
    timers_ring_in_order_and_not_early,
    a_cancelled_timer_does_not_ring_and_is_not_waited_for,
    offloaded_work_does_not_hold_up_the_loop,
    more_work_than_workers_is_all_done,
    a_long_chain_of_callbacks_needs_no_stack,
}

fn dropping_a_handle_stops_nothing() {
    let (site, client, story) = start();
    drop(client.download(&site.url("/photo"), story.result("download")));
    drop(client.after(millis(3000), story.event("timer")));
    client.run();
    story.assert_is(&["download Photo", "timer"]);
}

fn timers_ring_in_order_and_not_early() {
    let ((_, client, story), start) = (start(), Instant::now());
    for delay in [3000, 1000, 2000, 0, 1000] {
        let story = story.clone();
        client.after(millis(delay), move || {
            assert!(start.elapsed() >= millis(delay));
            story.tell(delay.to_string());
        });
    }
    client.run();
    story.assert_is(&["0", "1000", "1000", "2000", "3000"]);
}

fn a_cancelled_timer_does_not_ring_and_is_not_waited_for() {
    let (_, client, story) = start();
    let far = client.after(Duration::from_mins(1), || unreachable!("it was cancelled"));
    let near = story.clone();
    let rung = client.after(millis(10), move || {
        near.tell("near");
        far.cancel();
        far.cancel();
    });
    takes(..Duration::from_secs(10), || client.run());
    rung.cancel(); // it has expired
    client.run();
    story.assert_is(&["near"]);
}

fn offloaded_work_does_not_hold_up_the_loop() {
    let (site, client, story) = start();
    for _ in 0..2 {
        let work = || {
            thread::sleep(millis(4000));
            "work"
        };
        client.offload(work, story.value());
    }
    client.download(&site.url("/photo"), story.result("download"));
    client.after(millis(50), story.event("timer"));
    client.run();
    assert_eq!(story.0.borrow()[2..], ["work", "work"]);
    story.assert_has(&["download Photo", "timer", "work", "work"]);
}

fn more_work_than_workers_is_all_done() {
    let client = Client::new(Config::default()).unwrap();
    let sum = Rc::new(Cell::new(0));
    for n in 1..=100 {
        let sum = Rc::clone(&sum);
        client.offload(move || n, move |n| sum.set(sum.get() + n));
    }
    client.run();
    assert_eq!(sum.get(), 5050);
}

fn a_long_chain_of_callbacks_needs_no_stack() {
    fn next(client: &Client, left: u32, ended: Rc<Cell<bool>>) {
        let inner = client.clone();
        client.download("no URL", move |_| match left {
            0 => ended.set(true),
            _ => next(&inner, left - 1, ended),
        });
    }
    let client = Client::new(Config::default()).unwrap();
    let ended = Rc::new(Cell::new(false));
    next(&client, 100_000, Rc::clone(&ended));
    client.run();
    assert!(ended.get());
}
