//! The rounds of one client in one open loop: a row of a table.

use serde::{Deserialize, Serialize};

use super::cell::Cell;
use crate::stats::latency::Percentiles;

/// The result of one client at one rate. Its latencies count from when a download should have started.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct OpenCell {
    #[serde(flatten)]
    pub(crate) cell: Cell,
    /// Arrivals per second, on average.
    pub(crate) rate_per_s: Option<f64>,
    /// The rate as a percentage of what the style reached in the closed loop; null for a rate that all styles have.
    pub(crate) share_percent: Option<u32>,
    /// The medians of all rounds, from when the downloads did start.
    pub(crate) uncorrected: Option<Percentiles>,
    /// Arrivals of all rounds that started more than 10 ms late.
    pub(crate) late: Option<usize>,
    /// Arrivals of all rounds that could not start at all.
    pub(crate) skipped: Option<usize>,
    /// Whether an arrival was skipped, or one in ten was late: latencies then grow with the time measured.
    pub(crate) saturated: Option<bool>,
}

impl OpenCell {
    /// The rate in words, the same for all cells of one table.
    pub(crate) fn rate(&self) -> String {
        match (self.share_percent, self.rate_per_s) {
            (Some(share), _) => format!("{share} % of each style’s closed loop start per second"),
            (None, Some(rate)) => format!("{rate:.0} downloads start per second"),
            (None, None) => "at an unknown rate".into(),
        }
    }
}

/// The cells of each rate together, in the order of the run.
pub(crate) fn rates(cells: &[OpenCell]) -> Vec<&[OpenCell]> {
    let key = |open: &OpenCell| (open.cell.load, open.cell.in_flight, open.rate());
    cells.chunk_by(|one, other| key(one) == key(other)).collect()
}
