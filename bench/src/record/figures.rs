//! The figures of one round, or the medians of all rounds.

use serde::{Deserialize, Serialize};

use crate::stats::interval::median;
use crate::stats::latency::{Percentile, Percentiles};

/// Everything that is measured of one client in one window. Medians of all rounds have the same fields.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Figures {
    /// The time from the start of the first download to the end of the last one.
    pub(crate) wall_s: f64,
    pub(crate) downloads_per_s: f64,
    /// Downloads in flight on average, by Little's law: each for as long as its latency.
    pub(crate) in_flight_mean: f64,
    /// User and system time of the whole client.
    pub(crate) cpu_us_per_download: f64,
    pub(crate) cpu_user_us_per_download: f64,
    pub(crate) cpu_system_us_per_download: f64,
    /// A thread gave its core away, because it had to wait.
    pub(crate) voluntary_switches_per_download: f64,
    /// A thread had its core taken away.
    pub(crate) involuntary_switches_per_download: f64,
    /// Unknown for a server of the user's.
    pub(crate) server_cpu_us_per_download: Option<f64>,
    /// The latencies from the start, or in an open loop from the intended start.
    #[serde(flatten)]
    pub(crate) latency: Percentiles,
    /// The peak above the client after one download, for each one in flight. Unknown without `/proc`, and for few.
    pub(crate) rss_kib_per_in_flight: Option<f64>,
    /// The most threads that were seen in a round. Unknown without `/proc`.
    pub(crate) threads_max: Option<u64>,
}

/// A figure, if it is known.
pub(crate) type Figure = fn(&Figures) -> Option<f64>;

impl Figures {
    /// The medians of all rounds, also of the most threads in each: after a slice, a busy machine may still have some that
    /// have ended. `None` without a round.
    pub(crate) fn median(rounds: &[Self]) -> Option<Self> {
        let some = |figure: &dyn Fn(&Self) -> Option<f64>| {
            median(&mut rounds.iter().filter_map(figure).collect::<Vec<_>>())
        };
        let of = |figure: fn(&Self) -> f64| some(&|round| Some(figure(round)));
        let latency =
            |percentile: &Percentile| some(&|round| (percentile.of)(&round.latency)).unwrap_or(f64::NAN);
        let mut threads: Vec<_> = rounds.iter().filter_map(|round| round.threads_max).collect();
        threads.sort_unstable();
        Some(Self {
            wall_s: of(|it| it.wall_s)?,
            downloads_per_s: of(|it| it.downloads_per_s)?,
            in_flight_mean: of(|it| it.in_flight_mean)?,
            cpu_us_per_download: of(|it| it.cpu_us_per_download)?,
            cpu_user_us_per_download: of(|it| it.cpu_user_us_per_download)?,
            cpu_system_us_per_download: of(|it| it.cpu_system_us_per_download)?,
            voluntary_switches_per_download: of(|it| it.voluntary_switches_per_download)?,
            involuntary_switches_per_download: of(|it| it.involuntary_switches_per_download)?,
            server_cpu_us_per_download: some(&|it| it.server_cpu_us_per_download),
            latency: Percentiles::each(latency),
            rss_kib_per_in_flight: some(&|it| it.rss_kib_per_in_flight),
            threads_max: threads.get(threads.len() / 2).copied(),
        })
    }
}
