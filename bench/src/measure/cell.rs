//! All rounds of one cell: a row of the table, a line of JSON.

use std::io;

use serde::Serialize;

use crate::clients::entrant::Entrant;
use crate::load::workload::{Source, Workload};
use crate::measure::trial::{Figures, Trial};
use crate::stats::interval::{self, Ratio};
use crate::stats::latency::Latencies;

/// From this share of a core on, whoever has it may be what is measured.
pub(crate) const BUSY: f64 = 0.7;

/// With less than this share of the downloads in flight, on average, it is another load.
pub(crate) const FEW: f64 = 0.8;

/// The result for one entrant at one workload. Its fields are those of a line of `--json`, in their order.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Cell {
    pub(crate) style: &'static str,
    pub(crate) mode: &'static str,
    pub(crate) bytes: Option<u64>,
    pub(crate) delay_ms: Option<u64>,
    pub(crate) in_flight: usize,
    /// Downloads in each round.
    pub(crate) count: usize,
    /// Of all rounds together.
    pub(crate) errors: Option<usize>,
    #[serde(flatten)]
    pub(crate) median: Median,
    /// Who had the most to do.
    pub(crate) bound: Option<Bound>,
    /// The client's CPU against that of the style that used least in this group.
    pub(crate) cpu_vs_best: Option<Versus>,
    /// The latencies of all rounds, encoded by [`Latencies::encode`].
    pub(crate) histogram: Option<String>,
    /// What the medians are of.
    pub(crate) rounds: Vec<Figures>,
    /// Why there are no figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<String>,
    /// The first of the errors, for the table.
    #[serde(skip)]
    pub(crate) first_error: Option<String>,
}

/// The medians over all rounds; of threads, the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Median {
    pub(crate) wall_s: Option<f64>,
    pub(crate) downloads_per_s: Option<f64>,
    pub(crate) in_flight_mean: Option<f64>,
    pub(crate) cpu_us_per_download: Option<f64>,
    pub(crate) cpu_user_us_per_download: Option<f64>,
    pub(crate) cpu_system_us_per_download: Option<f64>,
    pub(crate) voluntary_switches_per_download: Option<f64>,
    pub(crate) involuntary_switches_per_download: Option<f64>,
    pub(crate) server_cpu_us_per_download: Option<f64>,
    pub(crate) p50_us: Option<f64>,
    pub(crate) p90_us: Option<f64>,
    pub(crate) p99_us: Option<f64>,
    pub(crate) p999_us: Option<f64>,
    pub(crate) max_us: Option<f64>,
    pub(crate) rss_kib_per_in_flight: Option<f64>,
    pub(crate) threads_max: Option<u64>,
}

/// One style against another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Versus {
    /// The other.
    pub(crate) style: &'static str,
    #[serde(flatten)]
    pub(crate) ratio: Ratio,
    /// False is "no difference": the interval does not tell them apart.
    pub(crate) different: bool,
}

/// Who had the most to do in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Bound {
    /// The client was busy, the server was not: the client is what was measured.
    Client,
    /// The server was busy for more than 70 % of the time: figures per second may be its own.
    Server,
    /// Neither was: the delay, or the way to and fro, is what was waited for.
    Waiting,
}

impl Cell {
    /// A cell of which one round failed has failed: it cannot be compared with those that did all the work.
    pub(crate) fn new(workload: &Workload, entrant: Entrant, trials: Vec<io::Result<Trial>>) -> Self {
        let (bytes, delay_ms) = match workload.source {
            Source::Embedded { bytes, delay_ms } => (Some(bytes), Some(delay_ms)),
            Source::Url(_) => (trials.iter().flatten().map(|trial| trial.bytes).next(), None),
        };
        let mut cell = Self {
            style: entrant.name(),
            mode: workload.part.mode(),
            bytes,
            delay_ms,
            in_flight: workload.in_flight,
            count: workload.count,
            errors: None,
            median: Median::default(),
            bound: None,
            cpu_vs_best: None,
            histogram: None,
            rounds: Vec::new(),
            failed: None,
            first_error: None,
        };
        match trials.into_iter().collect::<io::Result<Vec<Trial>>>() {
            Ok(trials) => {
                cell.rounds = trials.iter().map(|trial| trial.figures).collect();
                cell.median = Median::of(&cell.rounds);
                cell.bound = cell.bound();
                let mut latencies = Latencies::none();
                for trial in &trials {
                    latencies.add(&trial.latencies);
                }
                cell.histogram = Some(latencies.encode());
                cell.errors = Some(trials.iter().map(|trial| trial.errors).sum());
                cell.first_error = trials.into_iter().find_map(|trial| trial.first_error);
            }
            Err(error) => cell.failed = Some(error.to_string()),
        }
        cell
    }

    /// How much of its core the server was busy.
    pub(crate) fn server_share(&self) -> Option<f64> {
        let Median { server_cpu_us_per_download, downloads_per_s, .. } = self.median;
        Some(server_cpu_us_per_download? / 1e6 * downloads_per_s?)
    }

    /// How many of those that should be in flight were, on average.
    pub(crate) fn in_flight_share(&self) -> Option<f64> {
        Some(self.median.in_flight_mean? / self.in_flight as f64)
    }

    fn bound(&self) -> Option<Bound> {
        let Median { cpu_us_per_download, downloads_per_s, .. } = self.median;
        let client = cpu_us_per_download? / 1e6 * downloads_per_s?;
        Some(match self.server_share() {
            Some(server) if server > BUSY => Bound::Server,
            _ if client > BUSY => Bound::Client,
            _ => Bound::Waiting,
        })
    }
}

impl Median {
    fn of(rounds: &[Figures]) -> Self {
        let of = |figure: &dyn Fn(&Figures) -> Option<f64>| {
            interval::median(&mut rounds.iter().filter_map(figure).collect::<Vec<_>>())
        };
        Self {
            wall_s: of(&|round| Some(round.wall_s)),
            downloads_per_s: of(&|round| Some(round.downloads_per_s)),
            in_flight_mean: of(&|round| Some(round.in_flight_mean)),
            cpu_us_per_download: of(&|round| Some(round.cpu_us_per_download)),
            cpu_user_us_per_download: of(&|round| Some(round.cpu_user_us_per_download)),
            cpu_system_us_per_download: of(&|round| Some(round.cpu_system_us_per_download)),
            voluntary_switches_per_download: of(&|round| Some(round.voluntary_switches_per_download)),
            involuntary_switches_per_download: of(&|round| Some(round.involuntary_switches_per_download)),
            server_cpu_us_per_download: of(&|round| round.server_cpu_us_per_download),
            p50_us: of(&|round| Some(round.p50_us)),
            p90_us: of(&|round| Some(round.p90_us)),
            p99_us: of(&|round| Some(round.p99_us)),
            p999_us: of(&|round| Some(round.p999_us)),
            max_us: of(&|round| Some(round.max_us)),
            rss_kib_per_in_flight: of(&|round| round.rss_kib_per_in_flight),
            threads_max: rounds.iter().filter_map(|round| round.threads_max).max(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
