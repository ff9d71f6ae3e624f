//! The suite: tests are instantiated for each style, bounded and awaited.

use std::fmt::Debug;
use std::ops::RangeBounds;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Upper bound per test, many times its usual time; a hung test fails under its own name.
const TEST_LIMIT: Duration = Duration::from_mins(5);

/// Time for the server to notice an event: less than the limits of the clients of [`Site`](crate::Site).
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs the body of a test on its own thread, and fails if that takes longer than 5 minutes.
#[track_caller]
pub fn within(body: impl FnOnce() + Send + 'static) {
    within_time(TEST_LIMIT, body);
}

/// Runs the body of a test like [`within`], with another limit.
#[track_caller]
pub fn within_time(limit: Duration, body: impl FnOnce() + Send + 'static) {
    let name = thread::current().name().unwrap_or("a test").to_owned();
    let (running, end) = mpsc::channel::<()>();
    let body = move || {
        let _running = running; // dropped at the end, also by a panic
        body();
    };
    let thread = thread::Builder::new().name(name.clone()).spawn(body).expect("a thread can be started");
    match end.recv_timeout(limit) {
        Err(RecvTimeoutError::Timeout) => panic!("{name} has not ended after {limit:?}"),
        _ => thread.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload)),
    }
}

/// Does `work`, and fails unless it takes a time within `range`.
#[track_caller]
pub fn takes<T>(range: impl RangeBounds<Duration> + Debug, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    let took = start.elapsed();
    assert!(range.contains(&took), "it took {took:?}, not {range:?}");
    result
}

/// Waits until `condition` holds, and fails after a minute.
#[track_caller]
pub fn eventually(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "on its thread")]
    fn a_panic_in_the_body_fails_the_test() {
        within(|| panic!("on its thread"));
    }
}
