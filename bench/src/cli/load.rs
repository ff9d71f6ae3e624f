//! The load bench: every style under closed and open loops, what it costs, and which to choose when.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::head::head;
use crate::cli::kept::{self, Kept};
use crate::cli::plan::RunPlan;
use crate::cli::smoke;
use crate::load::workload::Mode;
use crate::measure::groups::Group;
use crate::measure::{closed, cost, open, pilot, waits};
use crate::options::Options;
use crate::output::terminal;
use crate::record::Record;
use crate::record::decision::decide;
use crate::record::group::sorted;
use crate::self_check;
use crate::stats::rounds::Rounds;
use crate::system::affinity::CorePlacement;
use crate::system::interrupt;
use crate::text::print;
use crate::text::progress::Progress;

/// Runs what the arguments ask for; the first is the program's name. Those of `cargo bench --bench load --` are explained by
/// `--help`. `counting_worker` is the program of that name.
///
/// The process must have gone through [`run_if_child`](crate::cli::entry::run_if_child): this executable runs again,
/// with a role as its first argument.
pub fn run(arguments: impl Iterator<Item = OsString>, counting_worker: &Path) -> ExitCode {
    let options = Options::parse_from(arguments);
    if options.self_check {
        return self_check::run(&options);
    }
    let plan = RunPlan::new(&options);
    if options.common.list {
        plan.ids().iter().for_each(|id| print::line(format_args!("{id}: benchmark")));
        return ExitCode::SUCCESS;
    }
    // `cargo bench -- latency` is not for us, and no reason to say anything.
    if plan.ids().is_empty() || options.common.is_for_criterion_alone() {
        return ExitCode::SUCCESS;
    }
    let done = if options.common.is_test() {
        smoke::run(&options, &plan, counting_worker)
    } else {
        measure(&options, &plan, counting_worker)
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            print::note(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options, plan: &RunPlan, counting_worker: &Path) -> io::Result<ExitCode> {
    interrupt::watch()?;
    let placement = CorePlacement::of_this_process();
    let seed = options.common.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    let head = head(&placement, seed, options);
    let mut kept = Kept::open(&options.common, Record::Run(head))?;
    // The process that only watches takes no time from the clients.
    placement.server.pin_this_process();
    let rounds = Rounds { count: options.rounds(), seed };
    measure_parts(rounds, options, plan, counting_worker, &placement, &mut kept);

    let run = kept.run()?;
    let has_results = run.has_results();
    if has_results {
        terminal::print(&run);
    }
    kept.end(&run)?;
    Ok(kept::exit_code(has_results))
}

/// Measures part by part, and keeps each.
fn measure_parts(
    rounds: Rounds,
    options: &Options,
    plan: &RunPlan,
    counting_worker: &Path,
    placement: &CorePlacement,
    kept: &mut Kept,
) {
    let loops = |groups: &[Group]| {
        let calibrated =
            if options.is_calibrated() { pilot::calibrated(groups, placement) } else { groups.into() };
        closed::measure(&calibrated, rounds, options.wants_more_rounds(), placement).concat()
    };
    let closed = loops(&plan.closed);
    kept.add(closed.iter().cloned().map(Record::Closed));
    let open = open::measure(&plan.open, &closed, rounds, placement);
    kept.add(open.into_iter().flatten().map(Record::Open));
    // It takes some seconds for each style.
    let with_instructions = options.names(Mode::Cost);
    let workload = &plan.cost_workload;
    let cost = in_turn(
        &plan.cost,
        |subject| cost::id(*subject),
        |subject| cost::measure(workload, *subject, with_instructions, counting_worker, placement),
    );
    kept.add(cost.into_iter().map(Record::Cost));
    let waits = plan.waits.iter().flat_map(|group| {
        in_turn(
            &group.contenders,
            |one| waits::id(group.count, *one),
            |contender| waits::measure(group.count, *contender, &placement.client),
        )
    });
    kept.add(waits.map(Record::Waits));
    let scale = loops(&plan.scale);
    let decided = decide(&sorted(closed.iter().chain(&scale)));
    let decided = decided.into_iter().map(Record::Decision);
    kept.add(scale.iter().cloned().map(Record::Scale).chain(decided));
}

/// Each once, with progress, until a signal comes.
fn in_turn<T, C>(all: &[T], id: impl Fn(&T) -> String, measure: impl Fn(&T) -> C) -> Vec<C> {
    let progress = Progress::new(all.len());
    let one = |one| {
        progress.begin(&id(one));
        let cell = measure(one);
        progress.end();
        interrupt::undisturbed(cell)
    };
    let cells = all.iter().map_while(one).collect();
    if let Some(last) = all.last() {
        progress.end_of_group(id(last).rsplit_once('/').map_or("", |(group, _)| group), 1, 1);
    }
    progress.finish();
    cells
}
