//! Chains of callbacks are cancelled by a token.

use std::cell::RefCell;
use std::rc::Rc;

use photo_callbacks::{Client, Error};
use photo_tests::suite;

use super::*;

suite! { once:
    a_token_stops_its_client_and_the_clients_made_of_that,
    a_token_that_was_cancelled_before_lets_nothing_start,
}

fn a_token_stops_its_client_and_the_clients_made_of_that() {
    let site = Site::start();
    let root = Client::new(site.config()).unwrap();
    let (parent, parent_token) = root.cancellable();
    let (child, _) = parent.cancellable();
    let (sibling, sibling_token) = parent.cancellable();
    let ended = Rc::new(RefCell::new(Vec::new()));
    for (client, name) in [(&root, "root"), (&parent, "parent"), (&child, "child"), (&sibling, "sibling")] {
        let ended = Rc::clone(&ended);
        client.download(&site.url("/photo?delay_ms=5000"), move |result| {
            ended.borrow_mut().push((name, matches!(result, Err(Error::Cancelled))));
        });
    }
    sibling_token.cancel();
    assert!(sibling_token.is_cancelled() && !parent_token.is_cancelled());
    root.after(Duration::from_millis(50), move || parent_token.cancel());
    root.run();
    let expected = [("sibling", true), ("parent", true), ("child", true), ("root", false)];
    assert_eq!(*ended.borrow(), expected);
}

fn a_token_that_was_cancelled_before_lets_nothing_start() {
    let site = Site::start();
    let (client, token) = Client::new(site.config()).unwrap().cancellable();
    token.cancel();
    client.run();
    let ended = Rc::new(RefCell::new(None));
    let outcome = Rc::clone(&ended);
    client.download(&site.url("/photo"), move |result| *outcome.borrow_mut() = Some(Outcome::of(&result)));
    client.run();
    assert_eq!(*ended.borrow(), Some(Outcome::Cancelled));
    assert_eq!(site.counters().connections, 0);
}
