//! The cost of one download besides its time.
//!
//! Three runs of the same work. In one nothing but the work is done: CPU, context switches and threads are its.
//! In one an allocator counts, in a separate program. And where valgrind is installed, it counts instructions.

mod instructions;

use std::io;
use std::path::Path;
use std::process::Command;

use crate::clients::subject::Subject;
use crate::load::workload::{Mode, Source, Workload};
use crate::measure::trial::Trial;
use crate::options::Options;
use crate::process::role::Role;
use crate::record::cost::CostCell;
use crate::record::load::Load;
use crate::system::placement::CorePlacement;

/// The load: with a delay, so that every download waits.
const IN_FLIGHT: usize = 64;
const DELAY_MS: u64 = 20;
const COUNT: usize = 30 * IN_FLIGHT;

/// Allocations are the same for each download, or nearly so.
const COUNTED: usize = 10 * IN_FLIGHT;

/// Whose cost the options ask for.
pub(crate) fn subjects(options: &Options) -> Vec<Subject> {
    options.subjects(Mode::Cost).into_iter().filter(|subject| options.common.selects(&id(*subject))).collect()
}

pub(crate) fn id(subject: Subject) -> String {
    format!("cost/{subject}")
}

pub(crate) fn workload(options: &Options) -> Workload {
    // A small photo shows what a download costs, and not what copying its bytes does.
    let bytes = if options.common.is_test() { 1 << 10 } else { options.bytes() };
    let source = Source::Embedded { bytes, delay_ms: DELAY_MS };
    let count = if options.common.is_test() { IN_FLIGHT } else { COUNT };
    Workload { mode: Mode::Cost, ..Workload::closed(source, IN_FLIGHT, count) }
}

/// Measures one style. `counting_worker` is the program whose allocator counts.
pub(crate) fn measure(
    workload: &Workload,
    subject: Subject,
    with_instructions: bool,
    counting_worker: &Path,
    placement: &CorePlacement,
) -> CostCell {
    let Load { bytes, delay_ms, .. } = workload.load();
    let mut cell = CostCell {
        style: subject.name().into(),
        bytes: bytes.unwrap_or_default(),
        delay_ms: delay_ms.unwrap_or_default(),
        in_flight: workload.in_flight,
        count: workload.count,
        ..CostCell::default()
    };
    let filled = fill(&mut cell, workload, subject, with_instructions, counting_worker, placement);
    cell.failed = filled.err().map(|error| error.to_string());
    cell
}

fn fill(
    cell: &mut CostCell,
    workload: &Workload,
    subject: Subject,
    with_instructions: bool,
    counting_worker: &Path,
    placement: &CorePlacement,
) -> io::Result<()> {
    let trial = Trial::run(workload, subject, placement)?;
    if let Some(error) = trial.first_error {
        return Err(io::Error::other(error));
    }
    cell.figures = Some(trial.figures);

    let counted = Workload { count: COUNTED.min(workload.count), ..workload.clone() };
    let start = || Role::Worker.start_by(Command::new(counting_worker), &placement.client);
    let trial = Trial::run_by(&counted, subject, placement, start)?;
    if let Some(allocations) = trial.allocations {
        let each = |total: u64| Some(total as f64 / counted.count as f64);
        cell.allocations_per_download = each(allocations.count);
        cell.allocated_bytes_per_download = each(allocations.bytes);
    }

    if !with_instructions {
        cell.no_instructions = Some("counted with --cost only".into());
        return Ok(());
    }
    match instructions::per_download(workload, subject, placement) {
        Ok(count) => cell.instructions_per_download = Some(count),
        Err(error) => cell.no_instructions = Some(error.to_string()),
    }
    Ok(())
}
