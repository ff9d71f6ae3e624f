//! Tests of the server's counters.

mod common;

use std::num::NonZero;
use std::thread;
use std::time::Duration;

use common::{Wire, until};
use photo_server::{Counters, Options, PhotoServer};

#[test]
fn counters_count() {
    let server = PhotoServer::start().unwrap();
    let mut wires: Vec<Wire> = (0..5).map(|_| Wire::connect(&server)).collect();
    let (last, others) = wires.split_last_mut().unwrap();
    let request = "/photo?bytes=1000&delay_ms=60000&gather=5";
    for wire in others {
        wire.get(request);
    }
    until(&server, |counters| counters.open_requests == 4);
    last.get(request);
    let sent: usize = wires
        .iter_mut()
        .map(|wire| {
            let (head, body) = wire.reply();
            head.len() + body.len()
        })
        .sum();
    let counters = server.counters();
    let expected = Counters {
        connections: 5,
        requests: 5,
        bytes_sent: sent as u64,
        open_connections: 5,
        open_requests: 0,
        max_open_requests: 5,
        aborted: 0,
        cpu: counters.cpu,
    };
    assert_eq!(counters, expected);

    wires.truncate(2);
    until(&server, |counters| counters.open_connections == 2);
    server.reset_counters();
    let counters = server.counters();
    let expected = Counters { open_connections: 2, cpu: counters.cpu, ..Counters::default() };
    assert_eq!(counters, expected);
}

#[test]
fn cpu_time_grows_with_the_work() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    let before = server.counters().cpu;
    wire.get("/photo?bytes=20000000");
    wire.reply();
    assert!(server.counters().cpu > before + Duration::from_millis(1));
}

#[test]
fn a_peer_that_leaves_a_stalled_request_has_aborted_it() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    for path in ["/fault/stall-before-head", "/fault/stall-in-body", "/photo?delay_ms=60000"] {
        wire.get(path);
        until(&server, |counters| counters.open_requests == 1);
        thread::sleep(Duration::from_millis(20));
        assert_eq!(server.counters().open_requests, 1);
        wire = Wire::connect(&server);
        until(&server, |counters| counters.open_requests == 0);
    }
    assert_eq!(server.counters().aborted, 3);
}

#[test]
fn a_peer_that_leaves_between_requests_has_aborted_nothing() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    wire.get("/photo");
    wire.reply();
    drop(wire);
    until(&server, |counters| counters.open_connections == 0);
    assert_eq!(server.counters().aborted, 0);
}

#[test]
fn counters_over_http_do_not_count_themselves() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    wire.get("/photo?bytes=1000");
    wire.reply();
    let mut asking = Wire::connect(&server);
    for path in ["/counters", "/counters/reset"] {
        asking.get(path);
        let (head, body) = asking.reply();
        assert!(head.contains("application/json"));
        let json = String::from_utf8(body).unwrap();
        assert!(json.starts_with("{\"connections\":1,\"requests\":1,"), "{json}");
        assert!(json.contains("\"open_connections\":1,\"open_requests\":0,"), "{json}");
    }
    let counters = server.counters();
    assert_eq!((counters.connections, counters.requests, counters.bytes_sent), (0, 0, 0));
    assert_eq!(counters.open_connections, 1);
}

#[test]
fn several_loops_share_out_the_connections_and_count_together() {
    let loops = NonZero::new(3).unwrap();
    let server = Options { loops, ..Options::default() }.start().unwrap();
    let mut wires: Vec<Wire> = (0..7).map(|_| Wire::connect(&server)).collect();
    for wire in &mut wires {
        wire.get("/photo?bytes=1000&delay_ms=60000&gather=7");
    }
    // All arrive at once although no loop has all seven.
    let sent: usize = wires.iter_mut().map(Wire::reply).map(|(head, body)| head.len() + body.len()).sum();
    until(&server, |counters| counters.open_requests == 0);
    let counters = server.counters();
    let expected = Counters {
        connections: 7,
        requests: 7,
        bytes_sent: sent as u64,
        open_connections: 7,
        max_open_requests: 7,
        cpu: counters.cpu,
        ..Counters::default()
    };
    assert_eq!(counters, expected);
    assert_eq!(server.request_heads().len(), 7);
    server.reset_counters();
    let counters = server.counters();
    assert_eq!((counters.requests, counters.open_connections, counters.max_open_requests), (0, 7, 0));
}
