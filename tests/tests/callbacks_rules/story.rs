//! A record of events for the tests of the callbacks.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use photo::{Error, Photo};
use photo_callbacks::Client;
use photo_server::Fault;
use photo_tests::{Outcome, Site, refusing};

/// The events, in order.
#[derive(Clone, Default)]
pub(crate) struct Story(pub(crate) Rc<RefCell<Vec<String>>>);

impl Story {
    pub(crate) fn tell(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    /// A callback that records its result.
    pub(crate) fn result(&self, name: &str) -> impl FnOnce(Result<Photo, Error>) + 'static {
        let (story, name) = (self.clone(), name.to_owned());
        move |result| story.tell(format!("{name} {}", Outcome::of(&result)))
    }

    /// A callback that records that it was called.
    pub(crate) fn event(&self, name: &'static str) -> impl FnOnce() + 'static {
        let story = self.clone();
        move || story.tell(name)
    }

    /// A callback that records the value that it receives.
    pub(crate) fn value<T: Display>(&self) -> impl FnOnce(T) + 'static + use<T> {
        let story = self.clone();
        move |value| story.tell(value.to_string())
    }

    #[track_caller]
    pub(crate) fn assert_is(&self, expected: &[&str]) {
        assert_eq!(*self.0.borrow(), expected);
    }

    /// Compares events that may happen in any order.
    #[track_caller]
    pub(crate) fn assert_has(&self, expected: &[&str]) {
        let mut sorted = self.0.borrow().clone();
        sorted.sort();
        assert_eq!(sorted, expected);
    }
}

/// A server, a client that trusts it, and no events.
pub(crate) fn start() -> (Site, Client, Story) {
    let site = Site::start();
    let client = Client::new(site.config()).unwrap();
    (site, client, Story::default())
}

pub(crate) fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Starts downloads that end in every way, and cancels some of them. Returns the number of calls of each callback;
/// each calls `on_call` before it counts.
pub(crate) fn start_all_kinds(
    site: &Site,
    client: &Client,
    on_call: impl Fn() + Clone + 'static,
) -> Rc<[Cell<u32>]> {
    let urls = [
        site.url("/photo"),
        site.tls_url("/photo?delay_ms=50"),
        site.fault(Fault::RedirectChain, ""),
        site.fault(Fault::CloseOnReuse, ""),
        site.url("/nowhere"),
        site.fault(Fault::ResetInBody, ""),
        format!("http://{}/", refusing()),
        "http://nonexistent.invalid/".to_owned(),
        "no URL".to_owned(),
    ];
    let calls: Rc<[Cell<u32>]> = (0..5 * urls.len()).map(|_| Cell::new(0)).collect();
    for i in 0..calls.len() {
        let (calls, on_call) = (Rc::clone(&calls), on_call.clone());
        let download = client.download(&urls[i % urls.len()], move |_| {
            on_call();
            calls[i].set(calls[i].get() + 1);
        });
        if i % 4 == 3 {
            download.cancel();
            download.cancel();
        }
    }
    calls
}

/// Turns the loop, which must panic, and returns the message.
#[track_caller]
pub(crate) fn panic_of_run(client: &Client) -> String {
    let payload = catch_unwind(AssertUnwindSafe(|| client.run())).expect_err("run() leaves by the panic");
    payload.downcast_ref::<&str>().map(ToString::to_string).expect("the panic's message")
}
