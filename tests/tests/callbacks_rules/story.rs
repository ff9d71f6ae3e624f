//! A record of events for the tests of the callbacks.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use photo::{Error, Photo};
use photo_callbacks::Client;
use photo_tests::{Outcome, Site};

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

pub(crate) fn client(site: &Site) -> Client {
    Client::new(site.config()).unwrap()
}

pub(crate) fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// Turns the loop, which must panic, and returns the message.
#[track_caller]
pub(crate) fn panic_of_run(client: &Client) -> String {
    let payload = catch_unwind(AssertUnwindSafe(|| client.run())).expect_err("run() leaves by the panic");
    payload.downcast_ref::<&str>().map(ToString::to_string).expect("the panic's message")
}
