//! The load bench: every style under closed and open loops, what it costs, and which to choose when.

use std::io;
use std::path::{self, Path};
use std::process::ExitCode;

use clap::Parser;
use serde::Serialize;

use crate::cli::plan::Program;
use crate::cli::smoke;
use crate::clients::entrant::Entrant;
use crate::load::workload::Part;
use crate::measure::cell::Cell;
use crate::measure::cost;
use crate::measure::cost::cell::CostCell;
use crate::measure::groups::Group;
use crate::measure::open;
use crate::measure::scale;
use crate::measure::trial::Trial;
use crate::measure::versus::compare_cpu;
use crate::measure::waits;
use crate::measure::waits::cell::WaitsCell;
use crate::options::Options;
use crate::output::report;
use crate::output::terminal;
use crate::self_check;
use crate::stats::rounds::Rounds;
use crate::system::affinity::Split;
use crate::system::machine::RunLine;
use crate::text::jsonl::{create, write};
use crate::text::progress::Progress;

/// Rounds of those parts that only add to the closed loops, unless `--rounds` says otherwise.
const FEW_ROUNDS: u32 = 3;
const OPEN_ROUNDS: u32 = 2;

/// Runs what the arguments ask for; the first is the program's name. Those of `cargo bench --bench load --` are told by
/// `--help`. `counting_worker` is the program of that name.
///
/// The process must have gone through [`run_if_child`](crate::cli::entry::run_if_child): this one starts itself anew.
pub fn run(arguments: impl Iterator<Item = String>, counting_worker: &Path) -> ExitCode {
    let options = Options::parse_from(arguments);
    if options.self_check {
        return self_check::run(&options);
    }
    let program = Program::new(&options);
    if options.common.list {
        program.ids().iter().for_each(|id| println!("{id}: benchmark"));
        return ExitCode::SUCCESS;
    }
    // `cargo bench -- latency` is not for us, and no reason to say anything.
    if program.ids().is_empty() || options.common.is_for_criterion_alone() {
        return ExitCode::SUCCESS;
    }
    let done = if options.common.is_test() {
        smoke::run(&options, &program, counting_worker)
    } else {
        measure(&options, &program, counting_worker).map(|()| ExitCode::SUCCESS)
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options, program: &Program, counting_worker: &Path) -> io::Result<()> {
    // Asked for first: a run of minutes must not end with a path that cannot be written.
    let json = options.common.json.as_deref().map(create).transpose()?;
    let split = Split::of_this_process();
    let seed = options.common.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    let rounds = |count| Rounds { count, seed };

    let run = RunLine::new(&split, seed, options.rounds(), options.common.quick);
    // Whoever only watches takes no time from the contenders.
    split.server.pin_this_process();
    let mut results = Results::default();
    results.line(&run)?;

    let closed = closed_loops(&program.closed, rounds(options.rounds()), &split);
    results.closed(&program.closed, options.rounds(), &closed)?;

    let open_rounds = options.few_rounds(OPEN_ROUNDS);
    let reached: Vec<_> = closed.iter().flatten().cloned().collect();
    let open = open::measure(&program.open, &reached, rounds(open_rounds), &split);
    for (group, cells) in program.open.iter().zip(&open) {
        results.table(terminal::open::render(group, open_rounds, cells));
        cells.iter().try_for_each(|cell| results.line(cell))?;
    }

    if !program.cost.is_empty() {
        // It takes some seconds for each style.
        let with_instructions = options.names(Part::Cost);
        let workload = cost::workload(options);
        let cells = in_turn(
            &program.cost,
            |entrant| cost::id(*entrant),
            |entrant| CostCell::measure(&workload, *entrant, with_instructions, counting_worker, &split),
        );
        results.table(terminal::cost::render(&workload, &cells));
        cells.iter().try_for_each(|cell| results.line(cell))?;
    }

    for group in &program.waits {
        let cells = in_turn(
            &group.contenders,
            |one| waits::id(group.count, *one),
            |contender| WaitsCell::measure(group.count, *contender, &split.client),
        );
        results.table(terminal::waits::render(group.count, &cells));
        cells.iter().try_for_each(|cell| results.line(cell))?;
    }

    let few_rounds = options.few_rounds(FEW_ROUNDS);
    let scaled = closed_loops(&program.scale, rounds(few_rounds), &split);
    results.closed(&program.scale, few_rounds, &scaled)?;
    let decisions = scale::decision::decide(closed.iter().chain(&scaled).map(Vec::as_slice));
    if !program.scale.is_empty() && !decisions.is_empty() {
        results.table(terminal::decision::render(&decisions));
        decisions.iter().try_for_each(|decision| results.line(decision))?;
    }

    println!("\n{}", run.machine);
    println!("order of cells by --seed {seed}; CPU is user and system, of the client, per download");
    results.tables.iter().for_each(|table| println!("\n{table}"));
    if let Some((file, path)) = json {
        write(file, &results.lines)?;
        println!("\nresults: {}", path::absolute(&path)?.display());
    }
    println!();
    report::write_lines(&options.common.report.clone().unwrap_or_else(report::folder), &results.lines)
}

/// What is printed and what is written in the end, in this order.
#[derive(Default)]
struct Results {
    tables: Vec<String>,
    lines: Vec<String>,
}

impl Results {
    fn table(&mut self, table: String) {
        self.tables.push(table);
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.lines.push(serde_json::to_string(line)?);
        Ok(())
    }

    fn closed(&mut self, groups: &[Group], rounds: u32, cells: &[Vec<Cell>]) -> io::Result<()> {
        for (group, cells) in groups.iter().zip(cells) {
            self.table(terminal::closed::render(&group.workload, rounds, cells));
            cells.iter().try_for_each(|cell| self.line(cell))?;
        }
        Ok(())
    }
}

fn closed_loops(groups: &[Group], rounds: Rounds, split: &Split) -> Vec<Vec<Cell>> {
    let sizes: Vec<_> = groups.iter().map(|group| group.entrants.len()).collect();
    let progress = Progress::new(sizes.iter().sum::<usize>() * rounds.count as usize);
    let results = rounds.interleave(&sizes, |turn| {
        let Group { workload, entrants } = &groups[turn.group];
        progress.begin(&workload.id(entrants[turn.index]));
        let trial = Trial::run(workload, entrants[turn.index], split);
        progress.end();
        if turn.ends_group {
            progress.end_of_group(&workload.group_id(), turn.round, rounds.count);
        }
        trial
    });
    progress.finish();

    let cells = |(group, results): (&Group, Vec<_>)| {
        let cell = |(entrant, trials): (&Entrant, _)| Cell::new(&group.workload, *entrant, trials);
        let mut cells: Vec<_> = group.entrants.iter().zip(results).map(cell).collect();
        compare_cpu(&mut cells);
        cells
    };
    groups.iter().zip(results).map(cells).collect()
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
