//! The load bench: every style under closed and open loops, what it costs, and which to choose when.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::entry::ending;
use crate::cli::head::head;
use crate::cli::kept::Kept;
use crate::cli::plan::RunPlan;
use crate::cli::smoke;
use crate::load::workload::Mode;
use crate::measure::groups::Group;
use crate::measure::{closed, cost, open, pilot, waits};
use crate::options::{Options, RoundLength};
use crate::record::Record;
use crate::record::decision::decide;
use crate::record::group::sorted;
use crate::record::run::Head;
use crate::self_check;
use crate::stats::rounds::Rounds;
use crate::system::interrupt;
use crate::system::placement::CorePlacement;
use crate::text::out::{note, say};
use crate::text::progress::Progress;

/// Runs what the arguments ask for; the first is the program's name. Those of `cargo bench --bench load --` are explained by
/// `--help`. `counting_worker` is the program of that name.
///
/// The process must have gone through [`run_if_child`](crate::cli::entry::run_if_child): this executable runs again,
/// with a role as its first argument.
pub fn run(arguments: impl Iterator<Item = OsString>, counting_worker: &Path) -> ExitCode {
    let options = Options::parse_from(arguments);
    match options.common.placement().and_then(|placement| start(&options, &placement, counting_worker)) {
        Ok(code) => code,
        Err(error) => {
            note!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start(options: &Options, placement: &CorePlacement, counting_worker: &Path) -> io::Result<ExitCode> {
    if options.self_check {
        return Ok(self_check::run(options, placement));
    }
    let plan = RunPlan::new(options, placement.all_clients.cores().count());
    if plan.ids().is_empty() && options.common.filter.is_none() {
        return Err(io::Error::other("no client that --styles names can be measured like this"));
    }
    // `cargo bench -- latency` is for criterion alone, and no reason to say anything.
    if plan.ids().is_empty() || options.common.is_for_criterion_alone() {
        return Ok(ExitCode::SUCCESS);
    }
    if options.common.list {
        plan.ids().iter().for_each(|id| say!("{id}: benchmark"));
        return Ok(ExitCode::SUCCESS);
    }
    if options.common.is_test() {
        return smoke::run(options, &plan, counting_worker, placement);
    }
    measure(options, &plan, counting_worker, placement)
}

fn measure(
    options: &Options,
    plan: &RunPlan,
    counting_worker: &Path,
    placement: &CorePlacement,
) -> io::Result<ExitCode> {
    let seed = options.common.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    let head =
        Head { full: options.is_full(), ..head(placement, seed, options.rounds(), options.common.quick) };
    interrupt::watch()?;
    let mut kept = Kept::new(&options.common, head)?;
    // The process that only watches takes no time from the clients.
    placement.server.pin_this_process();
    let rounds = Rounds { count: options.rounds(), seed };
    measure_parts(rounds, options, plan, counting_worker, placement, &mut kept);

    if kept.is_empty() {
        note!("interrupted before anything was measured");
        return Ok(ending());
    }
    kept.end()?;
    if interrupt::came().is_some() {
        note!("interrupted: the rounds that had ended by then are kept");
    }
    Ok(ending())
}

/// Measures part by part, and keeps the results of each.
fn measure_parts(
    rounds: Rounds,
    options: &Options,
    plan: &RunPlan,
    counting_worker: &Path,
    placement: &CorePlacement,
    kept: &mut Kept,
) {
    let loops = |groups: &[Group], round| {
        let calibrated =
            if options.is_calibrated() { pilot::calibrated(groups, round, placement) } else { groups.into() };
        let more = closed::More { rounds: options.wants_more_rounds(), groups: !options.is_default() };
        closed::measure(&calibrated, rounds, more, placement).concat()
    };
    let closed = loops(&plan.closed, options.round());
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
            &group.styles,
            |one| waits::id(group.count, *one),
            |style| waits::measure(group.count, *style, &placement.client),
        )
    });
    kept.add(waits.map(Record::Waits));

    let scale = loops(&plan.scale, RoundLength::OF_SCALE);
    kept.add(scale.iter().cloned().map(Record::Scale));
    kept.add(decide(&sorted(closed.iter().chain(&scale))).into_iter().map(Record::Decision));
}

/// Each once, with progress, until a signal asks for the end.
fn in_turn<T, C>(all: &[T], id: impl Fn(&T) -> String, measure: impl Fn(&T) -> C) -> Vec<C> {
    let progress = Progress::new(all.len());
    let one = |one| {
        progress.begin(&id(one));
        let cell = measure(one);
        progress.end(1);
        interrupt::came().is_none().then_some(cell)
    };
    let cells = all.iter().map_while(one).collect();
    if let Some(last) = all.last() {
        progress.end_of_group(id(last).rsplit_once('/').map_or("", |(group, _)| group), 1, 1);
    }
    progress.finish();
    cells
}
