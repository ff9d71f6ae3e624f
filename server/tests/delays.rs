//! Tests of the times of replies.

mod common;

use std::time::{Duration, Instant};

use common::{Wire, until};
use photo_server::{Hold, PhotoServer};

/// A delay longer than any test.
const LATE: Duration = Duration::from_mins(1);

#[test]
fn a_delay_is_never_early() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    for delay in [1, 3, 30] {
        let started = Instant::now();
        wire.get(&format!("/photo?delay_ms={delay}"));
        wire.reply();
        assert!(started.elapsed() >= Duration::from_millis(delay));
    }
}

#[test]
fn jittered_delays_are_spread_around_their_middle() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    let mut taken = Vec::new();
    for _ in 0..8 {
        let started = Instant::now();
        wire.get("/photo?delay_ms=40&jitter_percent=50");
        wire.reply();
        taken.push(started.elapsed());
    }
    let at_least = |millis| taken.iter().filter(|taken| **taken >= Duration::from_millis(millis)).count();
    assert_eq!(at_least(20), 8, "{taken:?}");
    assert!(at_least(30) >= 6 && at_least(40) >= 4 && at_least(50) >= 2, "{taken:?}");
    wire.get("/photo?delay_ms=40&jitter_percent=101");
    assert!(wire.reply().0.starts_with("HTTP/1.1 400"));
}

#[test]
fn jittered_delays_begin_again_after_a_reset() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    for _ in 0..3 {
        let started = Instant::now();
        wire.get("/photo?delay_ms=40&jitter_percent=50");
        wire.reply();
        // The first takes 44 ms. Without the reset, the second would take 35 ms.
        assert!(started.elapsed() >= Duration::from_millis(44));
        server.reset_counters();
    }
}

#[test]
fn held_requests_wait_in_their_order_and_a_stall_holds_up_all() {
    const HELD: Duration = Duration::from_secs(1);
    let server = PhotoServer::start().unwrap();
    let delay = |delay| Hold { delay, ..Hold::default() };
    server.hold(vec![delay(HELD), Hold { stall: HELD * 3 / 4, ..delay(HELD / 4) }]);
    let mut taken = Vec::new();
    let mut wire = Wire::connect(&server);
    for _ in 0..8 {
        let started = Instant::now();
        wire.get("/photo?bytes=1000");
        wire.reply();
        taken.push(started.elapsed());
    }
    assert!(taken[0] >= HELD && taken[1] >= HELD, "{taken:?}");
    // A busy machine may be late with some.
    assert!(taken[2..].iter().any(|taken| *taken < HELD), "{taken:?}");
}

#[test]
fn gathering_requests_are_answered_when_all_are_open() {
    const ALL: usize = 5;
    let server = PhotoServer::start().unwrap();
    let mut wires: Vec<_> = (0..ALL).map(|_| Wire::connect(&server)).collect();
    let target = format!("/photo?delay_ms={}&gather={ALL}", LATE.as_millis());
    let started = Instant::now();
    for _ in 0..2 {
        for wire in &mut wires[1..] {
            wire.get(&target);
        }
        until(&server, |counters| counters.open_requests == ALL as u64 - 1);
        wires[0].get(&target);
        for wire in &mut wires {
            assert!(wire.reply().0.starts_with("HTTP/1.1 200 OK"));
        }
    }
    assert!(started.elapsed() < LATE);
}

#[test]
fn gathering_waits_no_longer_than_the_delay() {
    const DELAY: Duration = Duration::from_millis(50);
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    let started = Instant::now();
    wire.get(&format!("/photo?delay_ms={}&gather=2", DELAY.as_millis()));
    wire.reply();
    assert!(started.elapsed() >= DELAY);
}
