//! How long downloads took, in five figures.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// An hour: no download is allowed as long.
const LONGEST_NS: u64 = 3_600_000_000_000;

/// Percentiles of latency, in microseconds, to three significant digits.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Percentiles {
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    pub(crate) max: f64,
}

impl Percentiles {
    pub(crate) fn of(latencies: &[Duration]) -> Self {
        let mut histogram = Histogram::<u64>::new_with_max(LONGEST_NS, 3).expect("the bounds are good");
        for latency in latencies {
            histogram.saturating_record(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
        }
        let micros = |nanos: u64| nanos as f64 / 1e3;
        let at = |quantile| micros(histogram.value_at_quantile(quantile));
        Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: micros(histogram.max()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_a_thousand_steps() {
        let latencies: Vec<_> = (1..=1000).map(Duration::from_micros).collect();
        let Percentiles { p50, p90, p99, p999, max } = Percentiles::of(&latencies);
        for (found, truth) in [(p50, 500.0), (p90, 900.0), (p99, 990.0), (p999, 999.0), (max, 1000.0)] {
            assert!((found - truth).abs() <= truth * 0.001, "{found} is not {truth}");
        }
    }

    #[test]
    fn no_download_is_no_latency() {
        assert!(Percentiles::of(&[]).max < f64::MIN_POSITIVE);
    }
}
