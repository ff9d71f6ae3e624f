//! Schedules: the times at which downloads start.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Arrivals at a rate, independently of each other: a Poisson process. Regular ones would never come close together,
/// as those of many users do. The same seed always has the same times, so that everyone is under the same load.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Pace {
    /// Downloads per second, on average.
    pub(crate) per_s: f64,
    pub(crate) seed: u64,
}

impl Pace {
    /// The first `count` times, in ascending order.
    pub(crate) fn schedule(self, count: usize) -> Vec<Duration> {
        let mut random = fastrand::Rng::with_seed(self.seed);
        let mut at = 0.0;
        (0..count)
            .map(|_| {
                at += exponential(&mut random) / self.per_s;
                Duration::from_secs_f64(at)
            })
            .collect()
    }
}

/// Drawn from the exponential distribution with mean 1.
pub(crate) fn exponential(random: &mut fastrand::Rng) -> f64 {
    // `1 - x` is never 0, so the logarithm is finite.
    -(1.0 - random.f64()).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_kept_and_the_seed_decides() {
        let pace = Pace { per_s: 500.0, seed: 3 };
        let schedule = pace.schedule(20_000);
        assert!(schedule.is_sorted());
        assert_eq!(schedule, pace.schedule(20_000));
        assert_ne!(schedule, Pace { seed: 4, ..pace }.schedule(20_000));
        let seconds = schedule.last().unwrap().as_secs_f64();
        assert!((38.0..42.0).contains(&seconds), "{seconds}");
    }

    /// In a Poisson process, e^-1 of all gaps are longer than the mean.
    #[test]
    fn gaps_are_those_of_a_poisson_process() {
        let schedule = Pace { per_s: 1000.0, seed: 5 }.schedule(20_000);
        let long = schedule.windows(2).filter(|pair| pair[1] > pair[0] + Duration::from_millis(1)).count();
        assert!((0.35..0.386).contains(&(long as f64 / 20_000.0)), "{long}");
    }
}
