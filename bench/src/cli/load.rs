//! The load bench: every style under closed and open loops, what it costs, and which to choose when.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::entry::ending;
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
use crate::system::interrupt;
use crate::text::out::{note, say};
use crate::text::progress::Progress;
use crate::text::results::{ResultsFile, check_folder};

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
    // `cargo bench -- latency` is for criterion alone, and no reason to say anything.
    if plan.ids().is_empty() || options.common.is_for_criterion_alone() {
        return ExitCode::SUCCESS;
    }
    if options.common.list {
        plan.ids().iter().for_each(|id| say!("{id}: benchmark"));
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
            note!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options, plan: &RunPlan, counting_worker: &Path) -> io::Result<ExitCode> {
    let mut results = Results { records: Vec::new(), file: None };
    results.file = options.common.json.as_deref().map(ResultsFile::checked).transpose()?;
    let folder = options.common.report.clone().unwrap_or_else(report::folder);
    check_folder(&folder)?;
    interrupt::watch()?;
    let placement = CorePlacement::of_this_process();
    let seed = options.common.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    let head = head(&placement, seed, options);
    // The process that only watches takes no time from the clients.
    placement.server.pin_this_process();
    measure_parts(head, options, plan, counting_worker, &placement, &mut results)?;

    if results.are_empty() {
        note!("interrupted before anything was measured");
        return Ok(ending());
    }
    let run = Run::of(&results.records)?;
    terminal::print(&run);
    if let Some(file) = &results.file {
        say!("\nresults: {}", file.end(&run.raw, interrupt::came().is_none())?.display());
    }
    say!("\nreport: {}", report::write(&folder, &[run])?.display());
    if interrupt::came().is_some() {
        note!("interrupted: the rounds that had ended by then are kept");
    }
    Ok(ending())
}

/// Measures part by part, and keeps the results of each.
fn measure_parts(
    head: Head,
    options: &Options,
    plan: &RunPlan,
    counting_worker: &Path,
    placement: &CorePlacement,
    results: &mut Results,
) -> io::Result<()> {
    let rounds = Rounds { count: options.rounds(), seed: head.seed };
    results.records.push(Record::Run(head));
    let loops = |groups: &[Group]| {
        let calibrated =
            if options.is_calibrated() { pilot::calibrated(groups, placement) } else { groups.into() };
        closed::measure(&calibrated, rounds, options.wants_more_rounds(), placement).concat()
    };
    let closed = loops(&plan.closed);
    results.add(closed.iter().cloned().map(Record::Closed))?;

    let open = open::measure(&plan.open, &closed, rounds, placement);
    results.add(open.into_iter().flatten().map(Record::Open))?;

    // It takes some seconds for each style.
    let with_instructions = options.names(Mode::Cost);
    let workload = &plan.cost_workload;
    let cost = in_turn(
        &plan.cost,
        |subject| cost::id(*subject),
        |subject| cost::measure(workload, *subject, with_instructions, counting_worker, placement),
    );
    results.add(cost.into_iter().map(Record::Cost))?;

    let waits = plan.waits.iter().flat_map(|group| {
        in_turn(
            &group.contenders,
            |one| waits::id(group.count, *one),
            |contender| waits::measure(group.count, *contender, &placement.client),
        )
    });
    results.add(waits.map(Record::Waits))?;

    let scale = loops(&plan.scale);
    results.add(scale.iter().cloned().map(Record::Scale))?;
    results.add(decide(&sorted(closed.iter().chain(&scale))).into_iter().map(Record::Decision))
}

/// The records of a run, and the file that receives them part by part.
struct Results {
    records: Vec<Record>,
    file: Option<ResultsFile>,
}

impl Results {
    /// Whether nothing is known but where and when the run began.
    fn are_empty(&self) -> bool {
        self.records.len() <= 1
    }

    fn add(&mut self, part: impl Iterator<Item = Record>) -> io::Result<()> {
        self.records.extend(part);
        let Some(file) = self.file.as_ref().filter(|_| !self.are_empty()) else { return Ok(()) };
        file.keep(&self.records.iter().map(|record| record.to_line() + "\n").collect::<String>())
    }
}

/// Each once, with progress, until a signal asks for the end.
fn in_turn<T, C>(all: &[T], id: impl Fn(&T) -> String, measure: impl Fn(&T) -> C) -> Vec<C> {
    let progress = Progress::new(all.len());
    let one = |one| {
        progress.begin(&id(one));
        let cell = measure(one);
        progress.end();
        interrupt::came().is_none().then_some(cell)
    };
    let cells = all.iter().map_while(one).collect();
    if let Some(last) = all.last() {
        progress.end_of_group(id(last).rsplit_once('/').map_or("", |(group, _)| group), 1, 1);
    }
    progress.finish();
    cells
}
