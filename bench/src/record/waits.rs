//! The cost of waiting alone in a style: a row of a table.

use serde::{Deserialize, Serialize};

/// The result of one style.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct WaitsCell {
    pub(crate) style: String,
    /// Waits at once.
    pub(crate) count: usize,
    #[serde(flatten)]
    pub(crate) figures: Option<WaitsFigures>,
    /// Why there are no figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<String>,
}

/// The figures of many waits at once.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct WaitsFigures {
    /// The time from the first pending wait to the last, in seconds.
    pub(crate) start_s: f64,
    /// The time from the intended end of all waits to the last end, in seconds.
    pub(crate) finish_s: f64,
    /// User and system time of the whole client, for each wait.
    pub(crate) cpu_us_per_wait: f64,
    /// Resident memory while all are pending, above the idle client, for each wait. Unknown without `/proc`.
    pub(crate) bytes_per_wait: Option<f64>,
    /// Threads while all are pending. Unknown without `/proc`.
    pub(crate) threads: Option<u64>,
}

/// The cells of each number of waits together, in the order of the run.
pub(crate) fn counts(cells: &[WaitsCell]) -> impl Iterator<Item = &[WaitsCell]> {
    cells.chunk_by(|one, other| one.count == other.count)
}
