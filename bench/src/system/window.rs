//! The resources of a process from the first download to the end of the last one.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::system::allocations::{self, Allocations};
use crate::system::usage::Usage;

/// The readings at both ends of what is measured. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    begin: Arc<OnceLock<Reading>>,
    end: Arc<OnceLock<Reading>>,
    burden_percent: f64,
}

#[derive(Clone, Copy, Debug)]
struct Reading {
    at: Instant,
    usage: Usage,
    allocations: Option<Allocations>,
}

/// The ends of what is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boundary {
    /// The first download is about to start.
    Begin,
    /// The last one has ended.
    End,
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
    /// A window with CPU work before its end, in hundredths of the CPU time that it has taken by then.
    pub(crate) fn with_burden(burden_percent: f64) -> Self {
        Self { burden_percent, ..Self::default() }
    }

    /// The function to call at both ends.
    pub(crate) fn watch(&self) -> impl Fn(Boundary) + Send + Sync + 'static {
        let Self { begin, end, burden_percent } = self.clone();
        move |edge| match edge {
            Boundary::Begin => _ = begin.get_or_init(Reading::now),
            Boundary::End => {
                if let (Some(begin), true) = (begin.get(), burden_percent > 0.0) {
                    work(Usage::so_far().since(begin.usage).cpu_s() * burden_percent / 100.0);
                }
                end.get_or_init(Reading::now);
            }
        }
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

/// Works for so many seconds of CPU time.
fn work(cpu_s: f64) {
    let before = Usage::so_far();
    while Usage::so_far().since(before).cpu_s() < cpu_s {}
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
        const LONG: Duration = Duration::from_millis(200);
        let window = Window::default();
        let watch = window.watch();
        thread::sleep(LONG);
        watch(Boundary::Begin);
        watch(Boundary::End);
        thread::sleep(LONG);
        assert!(window.spent().wall < LONG);
    }

    #[test]
    fn a_burden_is_more_cpu_time() {
        let spent = |burden| {
            let window = Window::with_burden(burden);
            let watch = window.watch();
            watch(Boundary::Begin);
            work(0.03);
            watch(Boundary::End);
            window.spent().usage.cpu_s()
        };
        assert!(spent(100.0) >= 0.06);
        assert!(spent(0.0) >= 0.03);
    }

    #[test]
    fn without_an_end_it_lasts_until_it_is_asked_for() {
        let window = Window::default();
        window.watch()(Boundary::Begin);
        thread::sleep(Duration::from_millis(5));
        assert!(window.spent().wall >= Duration::from_millis(5));
    }
}
