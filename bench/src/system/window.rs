//! The resources of a process from the first download to the end of the last one.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

use crate::system::allocations::{self, Allocations};
use crate::system::usage::Usage;

/// The readings at both ends of what is measured.
#[derive(Debug, Default)]
pub(crate) struct Window {
    begin: OnceLock<Reading>,
    end: OnceLock<Reading>,
    /// CPU work before the end, in hundredths of the CPU time that was used by then.
    burden_percent: f64,
}

#[derive(Clone, Copy, Debug)]
struct Reading {
    at: Instant,
    usage: Usage,
    allocations: Option<Allocations>,
}

/// The difference of the two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResourceUse {
    pub(crate) wall: Duration,
    pub(crate) usage: Usage,
    /// The allocations; `None` if they are not counted.
    pub(crate) allocations: Option<Allocations>,
}

impl Window {
    pub(crate) fn with_burden(burden_percent: f64) -> Self {
        Self { burden_percent, ..Self::default() }
    }

    /// The first download is about to start; returns when it was.
    pub(crate) fn begin(&self) -> Instant {
        self.begin.get_or_init(Reading::now).at
    }

    /// The last download has ended.
    pub(crate) fn end(&self) {
        self.end.get_or_init(|| {
            let mut end = Reading::now();
            if let (Some(begin), true) = (self.begin.get(), self.burden_percent > 0.0) {
                // Other threads may do what follows the window by now, so only the work of this one is added.
                end.usage.user_s += work(end.usage.since(begin.usage).cpu_s() * self.burden_percent / 100.0);
                end.at = Instant::now();
            }
            end
        });
    }

    /// The resources used between the ends, or up to now if an open loop had no end.
    pub(crate) fn spent(&self) -> ResourceUse {
        let end = *self.end.get_or_init(Reading::now);
        let begin = self.begin.get().copied().unwrap_or(end);
        ResourceUse {
            wall: end.at - begin.at,
            usage: end.usage.since(begin.usage),
            allocations: Allocations::between(begin.allocations, end.allocations),
        }
    }
}

/// Works for so many seconds of CPU time of this thread; returns how many it took.
fn work(cpu_s: f64) -> f64 {
    let clock = ClockId::CLOCK_THREAD_CPUTIME_ID;
    let so_far = || Duration::from(clock_gettime(clock).expect("each thread has a clock"));
    let before = so_far();
    loop {
        let worked_s = so_far().saturating_sub(before).as_secs_f64();
        if worked_s >= cpu_s {
            return worked_s;
        }
    }
}

impl Reading {
    fn now() -> Self {
        Self { at: Instant::now(), usage: Usage::so_far(), allocations: allocations::so_far() }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn use_before_and_after_is_not_counted() {
        const LONG: Duration = Duration::from_secs(2);
        let window = Window::default();
        thread::sleep(LONG);
        window.begin();
        window.end();
        thread::sleep(LONG);
        assert!(window.spent().wall < LONG);
    }

    #[test]
    fn a_burden_is_more_cpu_time() {
        let spent = |burden| {
            let window = Window::with_burden(burden);
            window.begin();
            work(0.03);
            window.end();
            window.spent().usage.cpu_s()
        };
        // The system truncates its times to microseconds.
        assert!(spent(100.0) >= 0.06 - 1e-5);
        assert!(spent(0.0) >= 0.03 - 1e-5);
    }

    #[test]
    fn without_an_end_it_lasts_until_it_is_asked_for() {
        let window = Window::default();
        window.begin();
        thread::sleep(Duration::from_millis(5));
        assert!(window.spent().wall >= Duration::from_millis(5));
    }
}
