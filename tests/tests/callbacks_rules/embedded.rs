//! The rules inside another event loop: calloop waits, and the client takes its turns after it.

use std::cell::Cell;
use std::io::{self, PipeReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use calloop::generic::Generic;
use calloop::timer::{TimeoutAction, Timer};
use calloop::{EventLoop, Interest, Mode, PostAction};
use photo_callbacks::Client;
use photo_server::Fault;
use photo_tests::{eventually, suite, takes};

use crate::story::{millis, start, start_all_kinds};

suite! { once:
    the_rules_hold_in_another_loop,
    the_other_loop_goes_on_with_its_own_work,
    the_other_loop_sleeps_while_nothing_happens,
    an_idle_connection_that_the_server_closes_does_not_keep_the_other_loop_busy,
    rule_7_the_other_loop_may_be_what_drops_the_last_client,
}

/// The other loop.
struct Host {
    event_loop: EventLoop<'static, ()>,
    client: Client,
    /// The number of its waits.
    waits: u32,
}

impl Host {
    fn new(client: &Client, mode: Mode) -> Self {
        let event_loop = EventLoop::try_new().unwrap();
        let downloads = Generic::new(client.clone(), Interest::READ, mode);
        event_loop.handle().insert_source(downloads, |_, _, ()| Ok(PostAction::Continue)).unwrap();
        Self { event_loop, client: client.clone(), waits: 0 }
    }

    /// Calls `on_tick` every so often.
    fn tick(&self, every: Duration, mut on_tick: impl FnMut() + 'static) {
        let tick = move |_, (): &mut (), (): &mut ()| {
            on_tick();
            TimeoutAction::ToDuration(every)
        };
        self.event_loop.handle().insert_source(Timer::from_duration(every), tick).unwrap();
    }

    /// Calls `on_byte` for each byte of a pipe.
    fn read(&self, pipe: PipeReader, mut on_byte: impl FnMut(u8) + 'static) {
        let on_readable = move |_, pipe: &mut calloop::generic::NoIoDrop<PipeReader>, (): &mut ()| {
            let (mut pipe, mut byte): (&PipeReader, _) = (pipe, [0]);
            if pipe.read(&mut byte)? == 0 {
                return Ok(PostAction::Remove);
            }
            on_byte(byte[0]);
            Ok(PostAction::Continue)
        };
        let pipe = Generic::new(pipe, Interest::READ, Mode::Level);
        self.event_loop.handle().insert_source(pipe, on_readable).unwrap();
    }

    fn turn(&mut self) -> bool {
        self.waits += 1;
        self.event_loop.dispatch(self.client.next_timeout(), &mut ()).unwrap();
        self.client.turn(Some(Duration::ZERO))
    }

    fn run(&mut self) {
        while self.turn() {}
    }
}

fn the_rules_hold_in_another_loop() {
    for mode in [Mode::Level, Mode::Edge] {
        let (site, client, story) = start();
        let (mut host, here) = (Host::new(&client, mode), thread::current().id());
        let inside = Rc::new(Cell::new(true));
        let outside = Rc::clone(&inside);
        let calls = start_all_kinds(&site, &client, move || {
            assert_eq!(thread::current().id(), here); // rule 2
            assert!(!outside.get()); // rule 3
        });
        let (inner, inner_story, url) = (client.clone(), story.clone(), site.url("/photo"));
        client.defer(move || {
            inner.download(&url, inner_story.result("from a callback")); // rule 5
        });
        inside.set(false);
        host.run();
        assert!(calls.iter().all(|calls| calls.get() == 1), "{mode:?}: {calls:?}"); // rules 1 and 4
        story.assert_is(&["from a callback Photo"]);
    }
}

fn the_other_loop_goes_on_with_its_own_work() {
    let (site, client, story) = start();
    let mut host = Host::new(&client, Mode::Level);
    let ticks = Rc::new(Cell::new(0));
    let counted = Rc::clone(&ticks);
    host.tick(millis(20), move || counted.set(counted.get() + 1));
    let (pipe, mut keyboard) = io::pipe().unwrap();
    let (starts, keys, url) = (client.clone(), story.clone(), site.url("/photo"));
    host.read(pipe, move |key| {
        keys.tell(format!("key {}", char::from(key)));
        starts.download(&url, keys.result("from the other loop"));
    });
    client.download(&site.url("/photo?delay_ms=5000"), story.result("slow"));
    let user = thread::spawn(move || {
        thread::sleep(millis(100));
        keyboard.write_all(b"d").unwrap();
    });
    host.run();
    user.join().unwrap();
    story.assert_is(&["key d", "from the other loop Photo", "slow Photo"]);
    assert!(ticks.get() >= 5, "only {} ticks", ticks.get());
}

fn the_other_loop_sleeps_while_nothing_happens() {
    let (site, client, story) = start();
    let mut host = Host::new(&client, Mode::Level);
    client.download(&site.url("/photo?delay_ms=4000"), story.result("slow"));
    client.after(millis(200), story.event("timer"));
    takes(millis(4000).., || host.run());
    story.assert_is(&["timer", "slow Photo"]);
    assert!(host.waits < 50, "{} waits", host.waits);
}

fn an_idle_connection_that_the_server_closes_does_not_keep_the_other_loop_busy() {
    let (site, client, story) = start();
    let mut host = Host::new(&client, Mode::Level);
    client.download(&site.fault(Fault::CloseOnReuse, ""), story.result("first"));
    host.run();
    drop(site);
    client.after(millis(300), story.event("timer"));
    host.waits = 0;
    host.run();
    story.assert_is(&["first Photo", "timer"]);
    assert!(host.waits < 50, "{} waits", host.waits);
}

fn rule_7_the_other_loop_may_be_what_drops_the_last_client() {
    let (site, client, _) = start();
    let mut host = Host::new(&client, Mode::Level);
    let held = Rc::new(());
    let of_download = Rc::clone(&held);
    client.download(&site.fault(Fault::StallInBody, ""), move |_| drop(of_download));
    client.after(millis(1000), || panic!("out of the loop"));
    drop(client);
    catch_unwind(AssertUnwindSafe(|| host.run())).unwrap_err();
    assert_eq!((Rc::strong_count(&held), site.counters().open_connections), (2, 1));
    drop(host);
    assert_eq!(Rc::strong_count(&held), 1);
    eventually("the socket is closed", || site.counters().open_connections == 0);
}
