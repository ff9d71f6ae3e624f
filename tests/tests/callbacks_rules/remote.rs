//! Calls from other threads, and stopping everything.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use photo_callbacks::{Client, Config, Error};
use photo_server::Fault;
use photo_tests::{eventually, suite};

use crate::story::{millis, panic_of_run, start};

suite! { once:
    another_thread_cancels_while_the_loop_waits,
    a_remote_call_is_made_on_the_thread_of_the_client_and_may_use_it,
    a_remote_call_does_not_keep_run_going,
    remote_calls_are_made_in_order_and_a_panic_loses_none,
    remote_calls_without_end_do_not_hold_up_the_loop,
    a_remote_reports_that_the_client_is_gone_and_drops_the_call,
    cancel_all_calls_each_callback_once_on_a_later_turn,
    cancel_all_leaves_timers_and_work_alone,
}

fn another_thread_cancels_while_the_loop_waits() {
    let (site, client, _) = start();
    let (sender, cancelled) = mpsc::channel();
    for _ in 0..3 {
        client.download(&site.fault(Fault::StallBeforeHead, ""), |result| {
            assert!(matches!(result, Err(Error::Cancelled)), "{result:?}");
        });
    }
    let remote = client.remote();
    let thread = thread::spawn(move || {
        thread::sleep(millis(200));
        let start = Instant::now();
        assert!(remote.call(move |client| {
            client.cancel_all();
            sender.send(start).unwrap();
        }));
    });
    client.run();
    let took = cancelled.recv().unwrap().elapsed();
    println!("cancelled within {took:?}");
    assert!(took < Duration::from_secs(8), "{took:?}"); // mostly well below a millisecond
    thread.join().unwrap();
    eventually("the sockets are closed", || site.counters().open_connections == 0);
}

fn a_remote_call_is_made_on_the_thread_of_the_client_and_may_use_it() {
    let ((site, client, _), here) = (start(), thread::current().id());
    client.download(&site.fault(Fault::StallBeforeHead, ""), |_| ());
    let (remote, url) = (client.remote(), site.url("/photo"));
    let (sender, finished) = mpsc::channel();
    let thread = thread::spawn(move || {
        remote.clone().call(move |client| {
            assert_eq!(thread::current().id(), here);
            let inner = client.clone();
            client.download(&url, move |result| {
                sender.send(result.is_ok()).unwrap();
                inner.cancel_all(); // the stalled one, which has kept the loop going
            });
        })
    });
    client.run();
    assert!(finished.recv().unwrap());
    assert!(thread.join().unwrap());
}

fn a_remote_call_does_not_keep_run_going() {
    let client = Client::new(Config::default()).unwrap();
    let remote = client.remote();
    client.run(); // returns
    let (sender, called) = mpsc::channel();
    assert!(remote.call(move |_| sender.send(()).unwrap()));
    assert!(called.try_recv().is_err());
    client.run();
    called.try_recv().unwrap();
}

fn remote_calls_are_made_in_order_and_a_panic_loses_none() {
    let client = Client::new(Config::default()).unwrap();
    let remote = client.remote();
    let (sender, called) = mpsc::channel();
    for n in 0..4 {
        let sender = sender.clone();
        remote.call(move |_| if n == 1 { panic!("in a call") } else { sender.send(n).unwrap() });
    }
    assert_eq!(panic_of_run(&client), "in a call");
    client.run();
    assert_eq!(called.try_iter().collect::<Vec<_>>(), [0, 2, 3]);
}

/// Otherwise a thread that calls without pause would delay every download.
fn remote_calls_without_end_do_not_hold_up_the_loop() {
    fn again(client: &Client) {
        client.remote().call(again);
    }
    let (site, client, story) = start();
    again(&client);
    client.download(&site.url("/photo"), story.result("download"));
    client.run();
    story.assert_is(&["download Photo"]);
}

fn a_remote_reports_that_the_client_is_gone_and_drops_the_call() {
    let client = Client::new(Config::default()).unwrap();
    let remote = client.remote();
    let (sender, called) = mpsc::channel::<()>();
    let queued = sender.clone();
    assert!(remote.call(move |_| drop(queued)));
    drop(client);
    assert!(!remote.call(move |_| drop(sender)));
    assert_eq!(called.try_recv(), Err(mpsc::TryRecvError::Disconnected));
}

fn cancel_all_calls_each_callback_once_on_a_later_turn() {
    let (site, client, story) = start();
    for i in 0..3 {
        client.download(&site.fault(Fault::StallInBody, ""), story.result(&format!("stalled {i}")));
    }
    client.after(millis(100), || panic!("out of the loop"));
    catch_unwind(AssertUnwindSafe(|| client.run())).unwrap_err();
    client.download(&site.url("/photo"), story.result("new"));
    client.cancel_all();
    client.cancel_all();
    story.assert_is(&[]);
    eventually("the sockets are closed", || site.counters().open_connections == 0);
    client.run();
    story.assert_is(&["stalled 0 Cancelled", "stalled 1 Cancelled", "stalled 2 Cancelled", "new Cancelled"]);
}

fn cancel_all_leaves_timers_and_work_alone() {
    let (_, client, story) = start();
    client.after(millis(50), story.event("timer"));
    client.offload(|| "work", story.value());
    client.cancel_all();
    client.run();
    story.assert_has(&["timer", "work"]);
}
