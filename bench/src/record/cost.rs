//! The cost of one download in a style: a row of a table.

use serde::{Deserialize, Serialize};

use super::figures::Figures;

/// The result of one style.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct CostCell {
    pub(crate) style: String,
    pub(crate) bytes: u64,
    pub(crate) delay_ms: u64,
    pub(crate) in_flight: usize,
    pub(crate) count: usize,
    /// CPU, context switches and threads of one round.
    #[serde(flatten)]
    pub(crate) figures: Option<Figures>,
    pub(crate) allocations_per_download: Option<f64>,
    /// Bytes of all allocations together, not at once.
    pub(crate) allocated_bytes_per_download: Option<f64>,
    /// Instructions of the client, without the kernel's.
    pub(crate) instructions_per_download: Option<f64>,
    /// Why there are no instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) no_instructions: Option<String>,
    /// Why there are no figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<String>,
}
