//! Events reach their owners, and only these.

use std::net::TcpListener;

use photo::Target;

use super::*;

#[test]
fn an_event_of_a_closed_connection_does_not_reach_the_next_in_its_slot() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let target = Target::parse(&format!("http://{address}/")).unwrap();
    let connect = || Connection::connect(address, target.origin().clone()).unwrap();
    let mut reactor = Reactor::new().unwrap();
    let closed = reactor.register(connect(), "closed").unwrap();
    while reactor.ready.is_empty() {
        reactor.wait(None);
    }
    reactor.close(closed);
    let next = reactor.register(connect(), "next").unwrap();
    assert_eq!(next, closed, "the slot is used again");
    assert!(reactor.next_event().is_none());
    while reactor.ready.is_empty() {
        reactor.wait(None);
    }
    assert!(matches!(reactor.next_event(), Some(Event::Ready("next"))));
}
