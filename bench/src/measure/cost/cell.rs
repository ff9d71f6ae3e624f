//! What one download of a style costs: a row of the table, a line of JSON.

use std::io;
use std::path::Path;

use serde::Serialize;

use super::instructions;
use crate::clients::entrant::Entrant;
use crate::load::workload::{Source, Workload};
use crate::measure::trial::{Figures, Trial};
use crate::process::role::Role;
use crate::system::affinity::Split;

/// Allocations are the same for each download, or nearly so.
const COUNTED: usize = 640;

/// The result for one style: a row of the table, a line of JSON.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CostCell {
    pub(crate) style: &'static str,
    pub(crate) mode: &'static str,
    pub(crate) bytes: u64,
    pub(crate) delay_ms: u64,
    pub(crate) in_flight: usize,
    pub(crate) count: usize,
    /// CPU, context switches, memory, threads.
    #[serde(flatten)]
    pub(crate) figures: Option<Figures>,
    pub(crate) allocations_per_download: Option<f64>,
    /// In all allocations, not at once.
    pub(crate) allocated_bytes_per_download: Option<f64>,
    /// Those of the client, without the kernel's.
    pub(crate) instructions_per_download: Option<f64>,
    /// Why there are no instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) no_instructions: Option<String>,
    /// Why there are no figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<String>,
}

impl CostCell {
    /// `counting_worker` is the program whose allocator counts.
    pub(crate) fn measure(
        workload: &Workload,
        entrant: Entrant,
        with_instructions: bool,
        counting_worker: &Path,
        split: &Split,
    ) -> Self {
        let (bytes, delay_ms) = match workload.source {
            Source::Embedded { bytes, delay_ms } => (bytes, delay_ms),
            Source::Url(_) => (0, 0),
        };
        let mut cell = Self {
            style: entrant.name(),
            mode: workload.part.mode(),
            bytes,
            delay_ms,
            in_flight: workload.in_flight,
            count: workload.count,
            figures: None,
            allocations_per_download: None,
            allocated_bytes_per_download: None,
            instructions_per_download: None,
            no_instructions: None,
            failed: None,
        };
        if let Err(error) = cell.fill(workload, entrant, with_instructions, counting_worker, split) {
            cell.failed = Some(error.to_string());
        }
        cell
    }

    fn fill(
        &mut self,
        workload: &Workload,
        entrant: Entrant,
        with_instructions: bool,
        counting_worker: &Path,
        split: &Split,
    ) -> io::Result<()> {
        let trial = Trial::run(workload, entrant, split)?;
        if let Some(error) = trial.first_error {
            return Err(io::Error::other(error));
        }
        self.figures = Some(trial.figures);

        let counted = Workload { count: COUNTED.min(workload.count), ..workload.clone() };
        let start = || Role::Worker.start_program(counting_worker, &split.client);
        let trial = Trial::run_by(&counted, entrant, split, start)?;
        if let Some(allocations) = trial.allocations {
            let each = |total: u64| Some(total as f64 / counted.count as f64);
            self.allocations_per_download = each(allocations.count);
            self.allocated_bytes_per_download = each(allocations.bytes);
        }

        if !with_instructions {
            self.no_instructions = Some("counted with --cost only".into());
            return Ok(());
        }
        match instructions::per_download(workload, entrant, split) {
            Ok(count) => self.instructions_per_download = Some(count),
            Err(error) => self.no_instructions = Some(error.to_string()),
        }
        Ok(())
    }
}
