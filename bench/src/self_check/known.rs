//! Delays that are drawn beforehand, and the latencies that follow from them.

use std::time::Duration;

use photo_server::Hold;

use crate::load::schedule::exponential;

/// The shortest delay, and what is added to it: exponentially distributed with this mean.
const SHORTEST: Duration = Duration::from_millis(400);
const MEAN: Duration = Duration::from_millis(200);

/// The duration of the server's stall.
pub(super) const STALL: Duration = Duration::from_millis(100);

pub(super) fn delays(seed: u64, count: usize) -> Vec<Duration> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..count).map(|_| SHORTEST + MEAN.mul_f64(exponential(&mut random))).collect()
}

pub(super) fn held(delays: &[Duration]) -> Vec<Hold> {
    delays.iter().map(|delay| Hold { delay: *delay, ..Hold::default() }).collect()
}

/// The true latency of each download if the server stalls after it has read the one with index `at`.
pub(super) fn truth(schedule: &[Duration], delays: &[Duration], at: usize) -> Vec<Duration> {
    let (from, until) = (schedule[at], schedule[at] + STALL);
    let ends = schedule.iter().zip(delays).enumerate().map(|(index, (begin, delay))| {
        match *begin + *delay {
            // Read only after the stall.
            _ if index >= at && *begin < until => until + *delay,
            // Ready while the server cannot send it.
            end if index < at && (from..until).contains(&end) => until,
            end => end,
        }
    });
    ends.zip(schedule).map(|(end, begin)| end.saturating_sub(*begin)).collect()
}

/// The arrival after which most others come within a stall; with a little time before and after.
pub(super) fn busiest(schedule: &[Duration]) -> usize {
    let followers =
        |at: usize| schedule.iter().skip(at).take_while(|next| **next < schedule[at] + STALL).count();
    (schedule.len() / 8..schedule.len() * 7 / 8).max_by_key(|at| followers(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::latency::{Latencies, Percentiles};

    const COUNT: usize = 2500;
    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn a_stall_holds_up_what_comes_and_what_is_due() {
        let schedule = [0, 10, 50, 60, 140, 170].map(MS);
        let delays = [5, 60, 20, 20, 20, 20].map(MS);
        // The server reads the third at 50, and does nothing until 150.
        let expected = [5, 140, 120, 110, 30, 20].map(MS);
        assert_eq!(truth(&schedule, &delays, 2), expected);
    }

    #[test]
    fn delays_are_drawn_as_said() {
        let delays = delays(7, COUNT);
        assert_eq!(delays, super::delays(7, COUNT));
        let Percentiles { p50_us: p50, .. } = delays.iter().collect::<Latencies>().percentiles();
        // The median of the exponential distribution is ln 2 of its mean.
        assert!((p50 / 1e3 - 538.6).abs() < 15.0, "{p50}");
        assert!(delays.iter().all(|delay| *delay >= SHORTEST));
    }

    #[test]
    fn the_busiest_time_is_found() {
        let mut schedule: Vec<_> = (0..40).map(|index| MS(index * 60)).collect();
        schedule.extend([MS(1201), MS(1202), MS(1203)]);
        schedule.sort();
        assert_eq!(schedule[busiest(&schedule)], MS(1200));
    }
}
