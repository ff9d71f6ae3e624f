//! The report of a worker.

use serde::{Deserialize, Serialize};

use crate::load::paced::OpenLoopStats;
use crate::load::workload::Workload;
use crate::stats::latency::Latencies;
use crate::system::allocations::Allocations;
use crate::system::usage::Usage;

/// The measurements of a worker.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct WorkerReport {
    /// The bytes of all photos since the command.
    pub(crate) bytes: u64,
    /// The bytes of all photos of the warm-up, one for each in flight.
    pub(crate) warm_up_bytes: u64,
    /// The downloads before and after those that are measured.
    pub(crate) in_leads: usize,
    pub(crate) errors: usize,
    pub(crate) first_error: Option<String>,
    /// The time of what is measured, as for `usage` and `allocations`.
    pub(crate) wall_s: f64,
    pub(crate) usage: Usage,
    /// The user time since the command, in seconds.
    pub(crate) user_s: f64,
    /// The latencies from the intended start.
    pub(crate) latencies: Latencies,
    pub(crate) paced: Option<OpenLoopStats>,
    /// The most resident memory there ever was, above that of the client after one download.
    pub(crate) peak_kib: Option<u64>,
    /// The allocations; `None` if they are not counted.
    pub(crate) allocations: Option<Allocations>,
}

impl WorkerReport {
    /// The number of measured downloads; an open loop may skip some.
    pub(crate) fn started(&self, workload: &Workload) -> usize {
        workload.count - self.paced.map_or(0, |paced| paced.skipped)
    }

    /// The number of all downloads since the command.
    pub(crate) fn requested(&self, workload: &Workload) -> usize {
        self.started(workload) + self.in_leads
    }

    /// The report of one worker in two slices.
    pub(crate) fn then(self, next: Self) -> Self {
        let wall_s = self.wall_s + next.wall_s;
        // Later peaks contain what the report of a slice takes.
        let (warm_up_bytes, peak_kib) = (self.warm_up_bytes, self.peak_kib);
        Self { warm_up_bytes, wall_s, peak_kib, ..self.and(next) }
    }

    /// The report of two workers at the same time, in closed loops.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.latencies.add(&other.latencies);
        Self {
            bytes: self.bytes + other.bytes,
            warm_up_bytes: self.warm_up_bytes + other.warm_up_bytes,
            in_leads: self.in_leads + other.in_leads,
            errors: self.errors + other.errors,
            first_error: self.first_error.or(other.first_error),
            wall_s: self.wall_s.max(other.wall_s),
            usage: self.usage.and(other.usage),
            user_s: self.user_s + other.user_s,
            latencies: self.latencies,
            paced: None,
            peak_kib: self.peak_kib.zip(other.peak_kib).map(|(one, other)| one + other),
            allocations: self.allocations.zip(other.allocations).map(|(one, other)| one.and(other)),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::load::workload::Source;

    /// The workload that led to [`outcome`].
    pub(crate) fn workload() -> Workload {
        Workload::closed(Source::Embedded { bytes: 1000, delay_ms: 0 }, 4, 10)
    }

    pub(crate) fn outcome() -> WorkerReport {
        WorkerReport {
            bytes: 10_000,
            warm_up_bytes: 4_000,
            in_leads: 0,
            errors: 0,
            first_error: None,
            wall_s: 0.5,
            usage: Usage { user_s: 0.0004, system_s: 0.0006, voluntary_switches: 20, ..Usage::default() },
            user_s: 0.0004,
            latencies: Latencies::none(),
            paced: None,
            peak_kib: Some(100),
            allocations: None,
        }
    }

    #[test]
    fn two_outcomes_are_one() {
        let of = |millis: u64, errors| {
            let latencies: Latencies = [Duration::from_millis(millis)].iter().collect();
            let first_error = (errors > 0).then(|| format!("{millis}"));
            WorkerReport { errors, first_error, wall_s: millis as f64, latencies, ..outcome() }
        };
        let both = of(20, 0).and(of(10, 1));
        assert_eq!((both.bytes, both.warm_up_bytes, both.errors), (20_000, 8_000, 1));
        assert_eq!((both.first_error.as_deref(), both.peak_kib), (Some("10"), Some(200)));
        assert!((both.wall_s - 20.0).abs() < 1e-9 && (both.usage.cpu_s() - 0.002).abs() < 1e-9);
        assert!(both.latencies.at_us(0.5) < 10_100.0 && both.latencies.at_us(1.0) > 19_900.0);

        let slices = of(20, 0).then(of(10, 1));
        assert_eq!((slices.bytes, slices.warm_up_bytes, slices.errors), (20_000, 4_000, 1));
        assert_eq!(slices.peak_kib, Some(100));
        assert!((slices.wall_s - 30.0).abs() < 1e-9);
    }
}
