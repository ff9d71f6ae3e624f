//! What waiting alone costs a style: a row of the table, a line of JSON.

use serde::{Deserialize, Serialize};

/// The result for one style: a row of the table, a line of JSON.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WaitsCell {
    pub(crate) style: &'static str,
    pub(crate) mode: &'static str,
    /// Waits at once.
    pub(crate) count: usize,
    #[serde(flatten)]
    pub(crate) measured: Option<WaitsOutcome>,
    /// Why there are no figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<String>,
}

/// What was measured.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct WaitsOutcome {
    /// From the first to the last being pending, in seconds.
    pub(crate) start_s: f64,
    /// From when all should have ended to when the last had, in seconds.
    pub(crate) finish_s: f64,
    /// User and system, from the first being started to the last being over, for each wait, in microseconds.
    pub(crate) cpu_us_per_wait: f64,
    /// Resident memory while all are pending, beyond that before, for each wait. Unknown where there is no `/proc`.
    pub(crate) bytes_per_wait: Option<f64>,
    /// Threads while all are pending. Unknown where there is no `/proc`.
    pub(crate) threads: Option<u64>,
}
