//! The load bench: every style under closed and open loops, what it costs, and which to choose when.

use std::io::{self, Write};
use std::path::{self, Path};
use std::process::ExitCode;

use clap::Parser;

use crate::cli::head::head;
use crate::cli::plan::RunPlan;
use crate::cli::smoke;
use crate::load::workload::Mode;
use crate::measure::groups::Group;
use crate::measure::{closed, cost, open, pilot, waits};
use crate::options::Options;
use crate::output::{report, terminal};
use crate::record::Record;
use crate::record::decision::decide;
use crate::record::group::sorted;
use crate::record::run::{Head, Run};
use crate::self_check;
use crate::stats::rounds::Rounds;
use crate::system::affinity::CorePlacement;
use crate::text::progress::Progress;
use crate::text::results::create;

/// Runs what the arguments ask for; the first is the program's name. Those of `cargo bench --bench load --` are explained by
/// `--help`. `counting_worker` is the program of that name.
///
/// The process must have gone through [`run_if_child`](crate::cli::entry::run_if_child): this executable runs again,
/// with a role as its first argument.
pub fn run(arguments: impl Iterator<Item = String>, counting_worker: &Path) -> ExitCode {
    let options = Options::parse_from(arguments);
    if options.self_check {
        return self_check::run(&options);
    }
    let plan = RunPlan::new(&options);
    if options.common.list {
        plan.ids().iter().for_each(|id| println!("{id}: benchmark"));
        return ExitCode::SUCCESS;
    }
    // `cargo bench -- latency` is not for us, and no reason to say anything.
    if plan.ids().is_empty() || options.common.is_for_criterion_alone() {
        return ExitCode::SUCCESS;
    }
    let done = if options.common.is_test() {
        smoke::run(&options, &plan, counting_worker)
    } else {
        measure(&options, &plan, counting_worker).map(|()| ExitCode::SUCCESS)
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options, plan: &RunPlan, counting_worker: &Path) -> io::Result<()> {
    // Asked for first: a run of minutes must not end with a path that cannot be written.
    let json = options.common.json.as_deref().map(create).transpose()?;
    let placement = CorePlacement::of_this_process();
    let seed = options.common.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    let head = head(&placement, seed, options);
    // The process that only watches takes no time from the clients.
    placement.server.pin_this_process();
    let run = Run::of(&records(head, options, plan, counting_worker, &placement))?;

    terminal::print(&run);
    if let Some((mut file, path)) = json {
        file.write_all(run.raw.as_bytes())?;
        println!("\nresults: {}", path::absolute(&path)?.display());
    }
    println!();
    let folder = options.common.report.clone().unwrap_or_else(report::folder);
    println!("report: {}", report::write(&folder, &[run])?.display());
    Ok(())
}

/// Measures part by part.
fn records(
    head: Head,
    options: &Options,
    plan: &RunPlan,
    counting_worker: &Path,
    placement: &CorePlacement,
) -> Vec<Record> {
    let rounds = Rounds { count: options.rounds(), seed: head.seed };
    let loops = |groups: &[Group]| {
        let calibrated =
            if options.is_calibrated() { pilot::calibrated(groups, placement) } else { groups.into() };
        closed::measure(&calibrated, rounds, options.wants_more_rounds(), placement).concat()
    };
    let closed = loops(&plan.closed);
    let open = open::measure(&plan.open, &closed, rounds, placement);
    // It takes some seconds for each style.
    let with_instructions = options.names(Mode::Cost);
    let workload = &plan.cost_workload;
    let cost = in_turn(
        &plan.cost,
        |subject| cost::id(*subject),
        |subject| cost::measure(workload, *subject, with_instructions, counting_worker, placement),
    );
    let waits = plan.waits.iter().flat_map(|group| {
        in_turn(
            &group.contenders,
            |one| waits::id(group.count, *one),
            |contender| waits::measure(group.count, *contender, &placement.client),
        )
    });
    let waits: Vec<_> = waits.collect();
    let scale = loops(&plan.scale);
    let decided = decide(&sorted(closed.iter().chain(&scale)));

    let mut records = vec![Record::Run(head)];
    records.extend(closed.into_iter().map(Record::Closed));
    records.extend(open.into_iter().flatten().map(Record::Open));
    records.extend(cost.into_iter().map(Record::Cost));
    records.extend(waits.into_iter().map(Record::Waits));
    records.extend(scale.into_iter().map(Record::Scale));
    records.extend(decided.into_iter().map(Record::Decision));
    records
}

/// Each once, with progress.
fn in_turn<T, C>(all: &[T], id: impl Fn(&T) -> String, measure: impl Fn(&T) -> C) -> Vec<C> {
    let progress = Progress::new(all.len());
    let one = |one| {
        progress.begin(&id(one));
        let cell = measure(one);
        progress.end();
        cell
    };
    let cells = all.iter().map(one).collect();
    if let Some(last) = all.last() {
        progress.end_of_group(id(last).rsplit_once('/').map_or("", |(group, _)| group), 1, 1);
    }
    progress.finish();
    cells
}
