//! The rounds of one client under one load: a row of a table.

use std::io;

use serde::{Deserialize, Serialize};

use super::figures::{Figure, Figures};
use super::load::Load;
use crate::stats::interval::{MedianInterval, PairedRatio};
use crate::stats::latency::{Latencies, Percentile, Percentiles};

/// Above this share of one core, the process may be the bottleneck.
pub(crate) const BUSY: f64 = 0.7;

/// Below this share of the requested downloads in flight, on average, a note names the client. If it has a lead, only its
/// median latency is known.
pub(crate) const FEW: f64 = 0.8;

/// Above this share of the client's cores for others, the cell decides nothing.
pub(crate) const TAKEN: f64 = 0.1;

/// Cells that are measured for less time in all rounds together are named.
pub(crate) const SHORT_S: f64 = 3.0;

/// Above this share of the photos per second that the delay allows, the delay limits them.
const DELAY_BOUND: f64 = 0.9;

/// A percentile of fewer samples beyond it is not shown.
const SAMPLES_BEYOND: f64 = 10.0;

/// The styles, the plainest code first.
pub(crate) const PLAINEST: [&str; 9] = [
    "blocking",
    "ureq",
    "tokio",
    "smol",
    "async-std",
    "tokio-multi",
    "smol-multi",
    "callbacks",
    "callbacks-multi",
];

/// The result of one client at one workload.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Cell {
    /// `floor`, a style, or a peer.
    pub(crate) style: String,
    #[serde(flatten)]
    pub(crate) load: Load,
    /// The photo on a server of the user's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    pub(crate) in_flight: usize,
    /// Client processes that share the load.
    pub(crate) processes: usize,
    /// Downloads in each round; arrivals, in an open loop.
    pub(crate) count: usize,
    /// Failed downloads of all rounds together.
    pub(crate) errors: Option<usize>,
    /// The medians of all rounds.
    #[serde(flatten)]
    pub(crate) figures: Option<Figures>,
    /// The side that had the most to do.
    pub(crate) bound: Option<Bound>,
    /// Whether a closed loop had so few in flight that many downloads may have no latency: those that began before a slice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) lacks_latencies: bool,
    /// The client's CPU, compared with that of the style that used least.
    pub(crate) cpu_vs_best: Option<Comparison>,
    /// Event loops of the server, each in its thread.
    pub(crate) server_loops: usize,
    /// Rounds in which a CPU quota made client or server wait.
    pub(crate) throttled_rounds: usize,
    /// The share of the client's cores that other programs and other virtual machines had while it was measured.
    pub(crate) taken_share: f64,
    /// The latencies of all rounds together, in nanoseconds: HDR histogram, V2 format, compressed, Base64.
    pub(crate) histogram: Option<String>,
    pub(crate) rounds: Vec<Figures>,
    /// Why there are no figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_error: Option<String>,
}

/// A comparison of one style with another.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Comparison {
    /// The other style.
    pub(crate) style: String,
    /// `None` if the rounds are too few for an interval.
    #[serde(flatten)]
    pub(crate) ratio: Option<PairedRatio>,
    /// Whether the interval excludes equality.
    pub(crate) different: bool,
}

/// The side that had the most to do in a cell.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Bound {
    /// The client was busy for more than 70 % of the time, and more than the server: the client is measured.
    Client,
    /// The server was busy for more than 70 % of the time, and more than the client, so it may have been the bottleneck.
    Server,
    /// Neither was busy: the delay, or the round trip, is measured.
    Waiting,
}

impl Cell {
    /// Whether people choose between this and other styles: `floor` and the peers are no choice.
    pub(crate) fn is_style(&self) -> bool {
        PLAINEST.contains(&&*self.style)
    }

    /// The share of its loops' cores that the server was busy; an estimate, because requests before and after what is measured
    /// count as much as the others.
    pub(crate) fn server_share(&self) -> Option<f64> {
        let Figures { server_cpu_us_per_download, downloads_per_s, .. } = self.figures?;
        let share = server_cpu_us_per_download? / 1e6 * downloads_per_s / self.server_loops as f64;
        Some(share.min(1.0))
    }

    /// Whether the server may have been the bottleneck.
    pub(crate) fn is_server_bound(&self) -> bool {
        self.bound == Some(Bound::Server) && !self.is_delay_bound()
    }

    /// Whether the photos per second are nearly the most that the delay allows, so that nothing else can limit them much.
    pub(crate) fn is_delay_bound(&self) -> bool {
        let share = self.figures.zip(self.most_per_s()).map(|(figures, most)| figures.downloads_per_s / most);
        share > Some(DELAY_BOUND)
    }

    /// The photos per second that the delay allows; `None` without one.
    pub(crate) fn most_per_s(&self) -> Option<f64> {
        let delay_ms = self.load.delay_ms.filter(|delay_ms| *delay_ms > 0)?;
        Some(self.in_flight as f64 * 1e3 / delay_ms as f64)
    }

    /// The share of the requested downloads in flight that were in flight, on average.
    pub(crate) fn in_flight_share(&self) -> Option<f64> {
        Some(self.figures?.in_flight_mean / self.in_flight as f64)
    }

    /// The share of its cores that the client was busy.
    pub(crate) fn client_share(&self) -> Option<f64> {
        let Figures { cpu_us_per_download, downloads_per_s, .. } = self.figures?;
        Some(cpu_us_per_download / 1e6 * downloads_per_s / self.load.client_cores.max(1) as f64)
    }

    /// The busy side, computed from the figures.
    pub(crate) fn busy_side(&self) -> Option<Bound> {
        let client = self.client_share()?;
        Some(match self.server_share() {
            Some(server) if server > BUSY.max(client) => Bound::Server,
            _ if client > BUSY => Bound::Client,
            _ => Bound::Waiting,
        })
    }

    /// A median, if it is known.
    pub(crate) fn figure(&self, figure: Figure) -> Option<f64> {
        self.figures.as_ref().and_then(figure)
    }

    /// A percentile of its latencies, if each round has a sample beyond it, and all together have enough; at 1, the longest
    /// latency. Without one beyond it, the percentile of a round would be its longest latency. Where many downloads have no
    /// latency, only the middle is known.
    pub(crate) fn percentile(&self, percentile: &Percentile) -> Option<f64> {
        // 1 - 0.99 is less than 0.01, by rounding.
        let beyond = self.count as f64 * (1.0 - percentile.quantile) + 1e-6;
        let has_enough = beyond >= 1.0 && beyond * self.rounds.len() as f64 >= SAMPLES_BEYOND;
        let is_known = percentile.quantile >= 1.0 || has_enough;
        (percentile.of)(&self.figures?.latency)
            .filter(|_| is_known && (percentile.quantile <= 0.5 || !self.lacks_latencies))
    }

    /// Whether the percentile of this name is known.
    pub(crate) fn knows(&self, name: &str) -> bool {
        Percentiles::ALL
            .iter()
            .any(|percentile| percentile.name == name && self.percentile(percentile).is_some())
    }

    /// The p99, if it is known.
    pub(crate) fn p99_us(&self) -> Option<f64> {
        let p99 = Percentiles::ALL.iter().find(|percentile| percentile.name == "p99")?;
        self.percentile(p99)
    }

    /// The interval of a figure's median; `None` if the rounds are too few.
    pub(crate) fn interval(&self, figure: impl Fn(&Figures) -> Option<f64>) -> Option<MedianInterval> {
        MedianInterval::of(&self.values(figure)?)
    }

    /// Seconds that all rounds together were measured.
    pub(crate) fn measured_s(&self) -> f64 {
        self.rounds.iter().map(|round| round.wall_s).sum()
    }

    /// The ratio of a figure to that of `base`, from rounds that took turns, so that what disturbs both disturbs it
    /// little. `None` if the rounds have no interval with so small an error.
    pub(crate) fn ratio(&self, base: &Self, figure: Figure, error: f64) -> Option<PairedRatio> {
        PairedRatio::of(&self.values(figure)?, &base.values(figure)?, error)
    }

    /// The figure of each round; `None` if one is unknown.
    pub(super) fn values(&self, figure: impl Fn(&Figures) -> Option<f64>) -> Option<Vec<f64>> {
        self.rounds.iter().map(figure).collect()
    }

    /// The least and the most of a figure over all rounds; `None` unless there are several.
    pub(crate) fn spread(&self, figure: Figure) -> Option<(f64, f64)> {
        let figures = || self.rounds.iter().filter_map(figure);
        let (least, most) = (figures().reduce(f64::min)?, figures().reduce(f64::max)?);
        (self.rounds.len() > 1).then_some((least, most))
    }

    /// The latencies of all rounds together.
    ///
    /// # Errors
    ///
    /// If they cannot be decoded.
    pub(crate) fn latencies(&self) -> io::Result<Option<Latencies>> {
        self.histogram.as_deref().map(Latencies::decode).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::subject::Subject;
    use crate::record::sample::{cell, failed, figures};

    #[test]
    fn a_busy_server_makes_the_cell_its_own() {
        assert_eq!(cell("tokio", &[100.0]).busy_side(), Some(Bound::Waiting));
        assert_eq!(cell("tokio", &[300.0]).busy_side(), Some(Bound::Client));
        let mut busy = cell("tokio", &[300.0]);
        let with_server = |us| Some(Figures { server_cpu_us_per_download: Some(us), ..figures(300.0) });
        busy.figures = with_server(290.0);
        assert_eq!(busy.busy_side(), Some(Bound::Client));
        busy.figures = with_server(310.0);
        assert_eq!(busy.busy_side(), Some(Bound::Server));
        assert_eq!(failed("tokio", "no cores").busy_side(), None);
    }

    #[test]
    fn a_percentile_needs_ten_samples_beyond_it_and_one_in_each_round() {
        let shown = |count| {
            let cell = Cell { count, ..cell("tokio", &[3.0; 2]) };
            let shown = Percentiles::ALL.iter().filter(|percentile| cell.percentile(percentile).is_some());
            shown.map(|percentile| percentile.quantile).collect::<Vec<_>>()
        };
        let missing = |count| {
            let quantiles = Percentiles::ALL.iter().map(|percentile| percentile.quantile);
            quantiles.filter(|quantile| !shown(count).contains(quantile)).collect::<Vec<_>>()
        };
        assert_eq!(missing(499), [0.99, 0.999]);
        assert_eq!(missing(500), [0.999]);
        assert_eq!(missing(5000), [0.0; 0]);
        let in_many_rounds = |count| Cell { count, ..cell("tokio", &[3.0; 21]) }.p99_us();
        assert_eq!((in_many_rounds(99), in_many_rounds(100).is_some()), (None, true));
    }

    #[test]
    fn a_common_disturbance_keeps_the_ratio() {
        let wild = [1.0, 2.0, 3.0].repeat(7);
        let twice: Vec<_> = wild.iter().map(|cpu| cpu * 2.0).collect();
        let (one, other) = (cell("tokio", &wild), cell("smol", &twice));
        let ratio = other.ratio(&one, |it| Some(it.cpu_us_per_download), 0.001).unwrap();
        assert!(ratio.low > 1.99 && ratio.high < 2.01, "{ratio:?}");
    }

    #[test]
    fn the_spread_is_that_of_all_rounds() {
        let of = |cell: Cell| cell.spread(|it| Some(it.cpu_us_per_download));
        assert_eq!(of(cell("tokio", &[3.0, 1.0, 2.0])), Some((1.0, 3.0)));
        assert_eq!(of(cell("tokio", &[3.0])), None);
    }

    #[test]
    fn every_style_has_its_place() {
        let mut names: Vec<_> =
            Subject::all().into_iter().filter(|one| one.is_style()).map(Subject::name).collect();
        let mut plainest = PLAINEST;
        names.sort_unstable();
        plainest.sort_unstable();
        assert_eq!(names, plainest);
    }
}
