//! What a process takes from the first download to the end of the last one.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use photo_tests::Boundary;

use crate::system::allocations::{self, Allocations};
use crate::system::usage::Usage;

/// The readings at both ends of what is measured. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    begin: Arc<OnceLock<Reading>>,
    end: Arc<OnceLock<Reading>>,
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
    /// `None` where nobody counts them.
    pub(crate) allocations: Option<Allocations>,
}

impl Window {
    /// To be called at both ends.
    pub(crate) fn watch(&self) -> impl Fn(Boundary) + Send + Sync + 'static {
        let Self { begin, end } = self.clone();
        move |edge| {
            let reading = match edge {
                Boundary::Begin => &begin,
                Boundary::End => &end,
            };
            reading.get_or_init(Reading::now);
        }
    }

    /// What was taken between the ends; up to now, where an open loop had none.
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

impl Reading {
    fn now() -> Self {
        Self { at: Instant::now(), usage: Usage::so_far(), allocations: allocations::so_far() }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use photo_tests::Samples;

    use super::*;

    #[test]
    fn what_comes_before_and_after_is_not_counted() {
        const LONG: Duration = Duration::from_millis(200);
        let window = Window::default();
        let samples = Samples::watched(2, window.watch());
        thread::sleep(LONG);
        for _ in 0..2 {
            let ticket = samples.first().unwrap();
            samples.arrived(&ticket, 1);
        }
        thread::sleep(LONG);
        assert!(window.spent().wall < LONG);
    }

    #[test]
    fn without_an_end_it_lasts_until_it_is_asked_for() {
        let window = Window::default();
        let samples = Samples::watched(2, window.watch());
        let _ = samples.first();
        thread::sleep(Duration::from_millis(5));
        assert!(window.spent().wall >= Duration::from_millis(5));
    }
}
