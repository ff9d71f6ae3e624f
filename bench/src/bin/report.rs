//! Makes the report of recorded runs: `cargo run -p photo-bench --bin report -- FOLDER`, or `--merge FOLDER…` for those
//! of several machines on one page. With `--tables`, it prints every table of the terminal again instead.
//!
//! Each folder holds the raw results of one run, as `cargo bench` leaves them next to its report, or as they are in
//! `bench/results/`.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use photo_bench::output::runs::Runs;
use photo_bench::output::{note_line, print, report, terminal};
use photo_bench::record::changes::Changes;
use photo_bench::record::run::Run;

/// Make the report of recorded runs.
#[derive(Parser)]
struct Options {
    /// The folder with the raw results of one run
    #[arg(required_unless_present_any = ["merge", "compare"])]
    folder: Option<PathBuf>,

    /// The folders of several runs, to be shown on one page
    #[arg(long, num_args = 1.., value_name = "FOLDER", conflicts_with = "folder")]
    merge: Vec<PathBuf>,

    /// Compare the closed loops of two runs: folders, or names of baselines
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with_all = ["folder", "merge", "tables"])]
    compare: Vec<PathBuf>,

    /// Print the tables instead of writing the page
    #[arg(long, conflicts_with = "out")]
    tables: bool,

    /// Write the page into this folder [default: photo-report-again in the target folder]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    match make(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note_line(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn make(Options { folder, merge, compare, tables, out }: Options) -> io::Result<()> {
    if let [old, new] = compare.as_slice() {
        return compare_runs(old, new, out);
    }
    let folders = folder.iter().chain(&merge);
    let runs = folders.map(|folder| Run::read(folder)).collect::<io::Result<Vec<_>>>()?;
    if tables {
        runs.iter().for_each(terminal::print);
        return Ok(());
    }
    // The report of `cargo bench` stays.
    let out = out.unwrap_or_else(|| report::folder().with_file_name("photo-report-again"));
    print(&format!("report: {}\n", report::write(&out, &runs)?.display()));
    Ok(())
}

fn compare_runs(old: &Path, new: &Path, out: Option<PathBuf>) -> io::Result<()> {
    let runs = Runs::here();
    let [old, new] = [Run::read(&runs.find(old)?)?, Run::read(&runs.find(new)?)?];
    let changes = Changes::new(&old, &new);
    terminal::print_changes(&changes);
    let out = out.unwrap_or_else(|| report::folder().join("compared"));
    print(&format!("\nreport: {}\n", report::write_changes(&out, &changes)?.display()));
    Ok(())
}
