//! The load bench: every style with a fixed number of downloads in flight.

use std::env;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{self, Path};
use std::process::ExitCode;

use clap::Parser;
use serde::Serialize;

use crate::cell::Cell;
use crate::cores::Split;
use crate::entrant::Entrant;
use crate::machine;
use crate::options::Options;
use crate::plan::{self, Group};
use crate::progress::Progress;
use crate::table;
use crate::trial::Trial;

/// Runs what the arguments ask for; the first is the program's name. Those of `cargo bench --bench load --` are told by
/// `--help`.
///
/// The process must have gone through [`run_if_child`](crate::role::run_if_child): this one starts itself anew.
pub fn run(arguments: impl Iterator<Item = String>) -> ExitCode {
    let options = Options::parse_from(arguments);
    let groups = plan::groups(&options);
    if options.common.list {
        list(&groups);
        return ExitCode::SUCCESS;
    }
    // `cargo bench -- latency` is not for us, and no reason to say anything.
    if groups.is_empty() || options.common.is_for_criterion_alone() {
        return ExitCode::SUCCESS;
    }
    if options.common.is_test() {
        return rehearse(&groups);
    }
    match measure(&options, &groups) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn list(groups: &[Group]) {
    for group in groups {
        for entrant in &group.entrants {
            println!("{}: benchmark", group.workload.id(*entrant));
        }
    }
}

/// Shows that each cell works, and measures nothing.
fn rehearse(groups: &[Group]) -> ExitCode {
    let split = Split::of_this_process();
    let mut code = ExitCode::SUCCESS;
    for Group { workload, entrants } in groups {
        for entrant in entrants {
            println!("Testing {}", workload.id(*entrant));
            let failure = match Trial::run(workload, *entrant, &split) {
                Ok(trial) => trial.first_error,
                Err(error) => Some(error.to_string()),
            };
            match failure {
                None => println!("Success\n"),
                Some(failure) => {
                    println!("FAILED: {failure}\n");
                    code = ExitCode::FAILURE;
                }
            }
        }
    }
    code
}

fn measure(options: &Options, groups: &[Group]) -> io::Result<()> {
    // Asked for first: a run of minutes must not end with a path that cannot be written.
    let json = options.common.json.as_deref().map(create).transpose()?;
    let split = Split::of_this_process();
    let seed = options.common.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    let rounds = options.common.rounds();

    let machine = machine::describe(&split);
    // Whoever only watches takes no time from the contenders.
    split.server.pin_this_process();
    let cells = all_rounds(groups, rounds, seed, &split);

    println!("\n{machine}");
    println!(
        "closed loop, order of cells by --seed {seed}; CPU is user and system, of the client, per download"
    );
    for (group, cells) in groups.iter().zip(&cells) {
        println!("\n{}", table::render(&group.workload, rounds, cells));
    }
    if let Some((file, path)) = json {
        write_json(file, cells.iter().flatten())?;
        println!("\nresults: {}", path::absolute(&path)?.display());
    }
    Ok(())
}

/// In each round, each workload once, in random order; within it, everyone once, in random order: who is compared
/// runs close in time, and nobody always after the same one.
fn all_rounds(groups: &[Group], rounds: u32, seed: u64, split: &Split) -> Vec<Vec<Cell>> {
    let count = groups.iter().map(|group| group.entrants.len()).sum::<usize>();
    let progress = Progress::new(count * rounds as usize);
    let mut trials: Vec<Vec<_>> =
        groups.iter().map(|group| group.entrants.iter().map(|_| Vec::new()).collect()).collect();

    let mut random = fastrand::Rng::with_seed(seed);
    for round in 1..=rounds {
        for group in shuffled(&mut random, groups.len()) {
            let Group { workload, entrants } = &groups[group];
            for index in shuffled(&mut random, entrants.len()) {
                progress.begin(&workload.id(entrants[index]));
                trials[group][index].push(Trial::run(workload, entrants[index], split));
                progress.end();
            }
            progress.end_of_group(&workload.group_id(), round, rounds);
        }
    }
    progress.finish();

    let cell =
        |group: &Group, (entrant, trials): (&Entrant, Vec<_>)| Cell::new(&group.workload, *entrant, trials);
    groups
        .iter()
        .zip(trials)
        .map(|(group, trials)| group.entrants.iter().zip(trials).map(|row| cell(group, row)).collect())
        .collect()
}

pub(crate) fn shuffled(random: &mut fastrand::Rng, count: usize) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    random.shuffle(&mut order);
    order
}

pub(crate) fn create(path: &Path) -> io::Result<(File, std::path::PathBuf)> {
    match File::create(path) {
        Ok(file) => Ok((file, path.to_owned())),
        Err(error) => {
            let place = env::current_dir().unwrap_or_default();
            let why = format!("cannot write {} (from {}): {error}", path.display(), place.display());
            Err(io::Error::new(error.kind(), why))
        }
    }
}

pub(crate) fn write_json(file: File, lines: impl Iterator<Item = impl Serialize>) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    for line in lines {
        serde_json::to_writer(&mut out, &line)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
