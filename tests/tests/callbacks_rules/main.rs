//! The rules of `photo_callbacks`, by their numbers; the adapter is not involved.

mod embedded;
mod other;
mod panics;
mod pitfalls;
mod remote;
mod story;
mod turns;

use std::cell::Cell;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use photo_callbacks::Client;
use photo_server::Fault;
use photo_tests::{eventually, suite, takes};

use story::{Story, millis, panic_of_run, start, start_all_kinds};

suite! { once:
    rule_1_each_callback_is_called_exactly_once,
    rule_2_callbacks_are_called_on_the_thread_that_runs_the_loop,
    rule_3_no_callback_is_called_from_inside_the_call_that_takes_it,
    rule_3_holds_inside_callbacks_too,
    rule_4_cancel_leads_to_one_call_and_closes_the_socket,
    rule_4_the_socket_is_closed_at_once_not_by_the_next_run,
    rule_5_a_callback_may_do_anything_with_the_client,
    rule_5_what_a_callback_holds_may_use_the_client_when_dropped,
    rule_7_dropping_the_last_client_drops_what_was_not_called,
    rule_7_dropping_the_last_client_closes_its_connections,
}

fn rule_1_each_callback_is_called_exactly_once() {
    let (site, client, _) = start();
    let calls = start_all_kinds(&site, &client, || ());
    client.run();
    client.run();
    assert!(calls.iter().all(|calls| calls.get() == 1), "{calls:?}");
}

fn rule_2_callbacks_are_called_on_the_thread_that_runs_the_loop() {
    let (site, client, _) = start();
    let (here, seen) = (thread::current().id(), Rc::new(Cell::new(0)));
    let seen_there = |seen: &Rc<Cell<u32>>| {
        let seen = Rc::clone(seen); // not Send
        move || {
            assert_eq!(thread::current().id(), here);
            seen.set(seen.get() + 1);
        }
    };
    let (called, called_too, called_last) = (seen_there(&seen), seen_there(&seen), seen_there(&seen));
    client.download(&site.url("/photo"), move |_| called());
    client.after(millis(1), called_too);
    client.offload(move || assert_ne!(thread::current().id(), here), move |()| called_last());
    client.run();
    assert_eq!(seen.get(), 3);
}

fn rule_3_no_callback_is_called_from_inside_the_call_that_takes_it() {
    let (site, client, story) = start();
    client.download("no URL", story.result("bad"));
    story.tell("download has returned");
    let download = client.download(&site.url("/photo"), story.result("cancelled"));
    download.cancel();
    story.tell("cancel has returned");
    client.after(Duration::ZERO, story.event("timer"));
    story.tell("after has returned");
    client.defer(story.event("deferred"));
    story.tell("defer has returned");
    client.run();
    story.tell("run has returned");
    assert_eq!(story.0.borrow().len(), 9);
    assert_eq!(
        story.0.borrow()[..4],
        ["download has returned", "cancel has returned", "after has returned", "defer has returned"]
    );
    assert_eq!(story.0.borrow()[8], "run has returned");
}

fn rule_3_holds_inside_callbacks_too() {
    let (_, client, story) = start();
    let (inner_client, inner_story) = (client.clone(), story.clone());
    client.defer(move || {
        let stalled = inner_client.download("http://127.0.0.1:1/", inner_story.result("cancelled"));
        inner_client.download("no URL", inner_story.result("bad"));
        stalled.cancel();
        inner_story.tell("callback has returned");
    });
    client.run();
    assert_eq!(story.0.borrow()[0], "callback has returned");
    assert_eq!(story.0.borrow().len(), 3);
}

fn rule_4_cancel_leads_to_one_call_and_closes_the_socket() {
    let (site, client, story) = start();
    let download = client.download(&site.fault(Fault::StallInBody, ""), story.result("stalled"));
    let cancelled = download.clone();
    client.after(millis(100), move || cancelled.cancel());
    takes(..Duration::from_secs(8), || client.run());
    story.assert_is(&["stalled Cancelled"]);
    eventually("the socket is closed", || site.counters().open_connections == 0);

    download.cancel(); // it has already ended
    client.download(&site.url("/photo"), story.result("next"));
    download.cancel();
    client.run();
    story.assert_is(&["stalled Cancelled", "next Photo"]);
}

fn rule_4_the_socket_is_closed_at_once_not_by_the_next_run() {
    let (site, client, story) = start();
    let download = client.download(&site.fault(Fault::StallBeforeHead, ""), story.result("stalled"));
    client.after(millis(1000), || panic!("out of the loop"));
    assert_eq!(panic_of_run(&client), "out of the loop");
    assert_eq!(site.counters().open_connections, 1);
    download.cancel();
    eventually("the socket is closed", || site.counters().open_connections == 0);
    story.assert_is(&[]);
    client.run();
    story.assert_is(&["stalled Cancelled"]);
}

fn rule_5_a_callback_may_do_anything_with_the_client() {
    let (site, client, story) = start();
    let stalled = client.download(&site.fault(Fault::StallBeforeHead, ""), story.result("stalled"));
    let (inner, inner_story, next) = (client.clone(), story.clone(), site.tls_url("/photo"));
    client.download(&site.url("/photo"), move |result| {
        inner_story.result("first")(result);
        // The loop is already turning: a due callback is not called from inside this.
        inner.after(millis(0), inner_story.event("due"));
        inner.run();
        inner.run();
        assert_eq!(inner_story.0.borrow().len(), 1);
        inner.download(&next, inner_story.result("second"));
        let (timer_client, timer_story) = (inner.clone(), inner_story.clone());
        inner.after(millis(20), move || {
            timer_story.tell("timer");
            stalled.cancel();
            drop(timer_client);
        });
        inner.offload(|| "work", inner_story.value());
        drop(inner);
    });
    client.run();
    assert_eq!(story.0.borrow()[0], "first Photo");
    story.assert_has(&["due", "first Photo", "second Photo", "stalled Cancelled", "timer", "work"]);
}

fn rule_5_what_a_callback_holds_may_use_the_client_when_dropped() {
    struct StartsAnother(Client, String, Story);
    impl Drop for StartsAnother {
        fn drop(&mut self) {
            self.0.download(&self.1, self.2.result("another"));
        }
    }
    let (site, client, story) = start();
    let held = StartsAnother(client.clone(), site.url("/photo"), story.clone());
    let on_progress = move |_| _ = &held;
    let stalled = site.fault(Fault::StallBeforeHead, "");
    let download = client.download_with_progress(&stalled, on_progress, story.result("stalled"));
    client.after(millis(50), move || download.cancel());
    client.run();
    story.assert_is(&["stalled Cancelled", "another Photo"]);
}

fn rule_7_dropping_the_last_client_drops_what_was_not_called() {
    struct Dropped(Rc<Cell<u32>>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let (site, client, _) = start();
    let dropped = Rc::new(Cell::new(0));
    let token = || Dropped(Rc::clone(&dropped));
    let tokens = [token(), token(), token(), token(), token(), token()];
    let [of_download, of_bad_one, of_timer, of_work, of_due_timer, deferred] = tokens;
    let download = client
        .download(&site.fault(Fault::StallInBody, ""), move |_| unreachable!("{}", of_download.0.get()));
    client.download("no URL", move |_| unreachable!("{}", of_bad_one.0.get()));
    let timer = client.after(Duration::from_mins(1), move || unreachable!("{}", of_timer.0.get()));
    client.offload(|| (), move |()| unreachable!("{}", of_work.0.get()));
    client.after(Duration::ZERO, move || panic!("{}", of_due_timer.0.get()));
    client.defer(move || panic!("{}", deferred.0.get()));
    let clone = client.clone();
    drop(client);
    assert_eq!(dropped.get(), 0, "there is another client");
    drop(clone);
    assert_eq!(dropped.get(), 6);
    download.cancel(); // it is gone
    timer.cancel();
}

fn rule_7_dropping_the_last_client_closes_its_connections() {
    let (site, client, _) = start();
    client.download(&site.url("/photo"), |result| drop(result.unwrap()));
    client.download(&site.fault(Fault::StallInBody, ""), |_| unreachable!());
    client.after(millis(1000), || panic!("out of the loop"));
    panic_of_run(&client);
    assert_eq!(site.counters().open_connections, 2);
    drop(client);
    eventually("all are closed", || site.counters().open_connections == 0);
}
