//! What one download costs beside its time.
//!
//! Three runs of the same work. In one nothing but the work is done: CPU, context switches, threads and memory are its.
//! In one an allocator counts, in a program of its own. And where valgrind is installed, it counts instructions.

pub(crate) mod cell;
mod instructions;

use crate::clients::entrant::Entrant;
use crate::load::workload::{Part, Source, Workload};
use crate::options::Options;

/// What is downloaded: with a delay, so that there is something to wait for.
const IN_FLIGHT: usize = 64;
const DELAY_MS: u64 = 20;
const COUNT: usize = 30 * IN_FLIGHT;

/// Whose cost the options ask for.
pub(crate) fn entrants(options: &Options) -> Vec<Entrant> {
    options.entrants(Part::Cost).into_iter().filter(|entrant| options.common.selects(&id(*entrant))).collect()
}

pub(crate) fn id(entrant: Entrant) -> String {
    format!("cost/{entrant}")
}

pub(crate) fn workload(options: &Options) -> Workload {
    let source = Source::Embedded { bytes: options.bytes(), delay_ms: DELAY_MS };
    let count = if options.common.is_test() { IN_FLIGHT } else { COUNT };
    Workload { part: Part::Cost, ..Workload::closed(source, IN_FLIGHT, count) }
}
