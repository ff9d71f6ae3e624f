//! The rules inside another event loop: calloop waits, and the client takes its turns after it.

use std::cell::Cell;
use std::io::{self, PipeReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use calloop::generic::Generic;
use calloop::timer::{TimeoutAction, Timer};
use calloop::{EventLoop, Interest, Mode, PostAction};
use photo_callbacks::Client;
use photo_server::Fault;
use photo_tests::{Site, eventually, within};

use crate::story::{Story, client, millis};

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

#[test]
fn the_rules_hold_in_another_loop() {
    within(|| {
        for mode in [Mode::Level, Mode::Edge] {
            let site = Site::start();
            let (client, story) = (client(&site), Story::default());
            let (mut host, here) = (Host::new(&client, mode), thread::current().id());
            let urls = [
                site.url("/photo"),
                site.tls_url("/photo?delay_ms=50"),
                site.fault(Fault::RedirectChain, ""),
                site.fault(Fault::CloseOnReuse, ""),
                site.url("/nowhere"),
                site.fault(Fault::ResetInBody, ""),
                "http://127.0.0.1:1/".to_owned(),
                "http://nonexistent.invalid/".to_owned(),
                "no URL".to_owned(),
            ];
            let calls: Rc<[Cell<u32>]> = (0..5 * urls.len()).map(|_| Cell::new(0)).collect();
            let inside = Rc::new(Cell::new(true));
            for i in 0..calls.len() {
                let (calls, inside) = (Rc::clone(&calls), Rc::clone(&inside));
                let download = client.download(&urls[i % urls.len()], move |_| {
                    assert_eq!(thread::current().id(), here); // rule 2
                    assert!(!inside.get()); // rule 3
                    calls[i].set(calls[i].get() + 1);
                });
                if i % 4 == 3 {
                    download.cancel();
                }
            }
            let (inner, inner_story, url) = (client.clone(), story.clone(), site.url("/photo"));
            client.defer(move || {
                inner.download(&url, inner_story.result("from a callback")); // rule 5
            });
            inside.set(false);
            host.run();
            assert!(calls.iter().all(|calls| calls.get() == 1), "{mode:?}: {calls:?}"); // rules 1 and 4
            story.assert_is(&["from a callback Photo"]);
        }
    });
}

#[test]
fn the_other_loop_goes_on_with_its_own_work() {
    within(|| {
        let site = Site::start();
        let (client, story) = (client(&site), Story::default());
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
        client.download(&site.url("/photo?delay_ms=400"), story.result("slow"));
        let user = thread::spawn(move || {
            thread::sleep(millis(100));
            keyboard.write_all(b"d").unwrap();
        });
        host.run();
        user.join().unwrap();
        story.assert_is(&["key d", "from the other loop Photo", "slow Photo"]);
        assert!(ticks.get() >= 5, "only {} ticks", ticks.get());
    });
}

#[test]
fn the_other_loop_sleeps_while_nothing_happens() {
    within(|| {
        let site = Site::start();
        let (client, story) = (client(&site), Story::default());
        let mut host = Host::new(&client, Mode::Level);
        client.download(&site.url("/photo?delay_ms=400"), story.result("slow"));
        let timer = story.clone();
        client.after(millis(200), move || timer.tell("timer"));
        let start = Instant::now();
        host.run();
        assert!(start.elapsed() >= millis(400));
        story.assert_is(&["timer", "slow Photo"]);
        assert!(host.waits < 50, "{} waits", host.waits);
    });
}

#[test]
fn an_idle_connection_that_the_server_closes_does_not_keep_the_other_loop_busy() {
    within(|| {
        let site = Site::start();
        let (client, story) = (client(&site), Story::default());
        let mut host = Host::new(&client, Mode::Level);
        client.download(&site.fault(Fault::CloseOnReuse, ""), story.result("first"));
        host.run();
        drop(site);
        let timer = story.clone();
        client.after(millis(300), move || timer.tell("timer"));
        host.waits = 0;
        host.run();
        story.assert_is(&["first Photo", "timer"]);
        assert!(host.waits < 50, "{} waits", host.waits);
    });
}

#[test]
fn timeouts_are_kept_in_another_loop() {
    within(|| {
        let site = Site::start();
        let client = Client::new(site.config().stall_timeout(millis(200))).unwrap();
        let (mut host, story) = (Host::new(&client, Mode::Level), Story::default());
        client.download(&site.fault(Fault::StallBeforeHead, ""), story.result("stalled"));
        let start = Instant::now();
        host.run();
        story.assert_is(&["stalled Timeout(Head)"]);
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    });
}

#[test]
fn another_thread_cancels_while_the_other_loop_waits() {
    within(|| {
        let site = Site::start();
        let (client, story) = (client(&site), Story::default());
        let mut host = Host::new(&client, Mode::Level);
        client.download(&site.fault(Fault::StallInBody, ""), story.result("stalled"));
        let remote = client.remote();
        let user = thread::spawn(move || {
            thread::sleep(millis(200));
            assert!(remote.call(Client::cancel_all));
            Instant::now()
        });
        host.run();
        let took = user.join().unwrap().elapsed();
        assert!(took < Duration::from_secs(1), "{took:?}");
        story.assert_is(&["stalled Cancelled"]);
        eventually("the socket is closed", || site.counters().open_connections == 0);
    });
}

#[test]
fn rule_6_a_panic_in_another_loop_loses_no_other_download() {
    within(|| {
        let site = Site::start();
        let (client, story) = (client(&site), Story::default());
        let mut host = Host::new(&client, Mode::Level);
        client.download(&site.url("/photo?delay_ms=100"), story.result("slow"));
        client.download(&site.url("/photo"), |_| panic!("of a good one"));
        catch_unwind(AssertUnwindSafe(|| host.run())).unwrap_err();
        host.run();
        story.assert_is(&["slow Photo"]);
    });
}

#[test]
fn rule_7_the_other_loop_may_be_what_drops_the_last_client() {
    within(|| {
        let site = Site::start();
        let client = client(&site);
        let mut host = Host::new(&client, Mode::Level);
        let held = Rc::new(());
        let of_download = Rc::clone(&held);
        client.download(&site.fault(Fault::StallInBody, ""), move |_| drop(of_download));
        client.after(millis(100), || panic!("out of the loop"));
        drop(client);
        catch_unwind(AssertUnwindSafe(|| host.run())).unwrap_err();
        assert_eq!((Rc::strong_count(&held), site.counters().open_connections), (2, 1));
        drop(host);
        assert_eq!(Rc::strong_count(&held), 1);
        eventually("the socket is closed", || site.counters().open_connections == 0);
    });
}
