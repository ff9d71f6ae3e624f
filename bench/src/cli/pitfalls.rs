//! The cost of the pitfalls: the right way and the tempting wrong one, both run, round after round.
//!
//! Each way runs in its own process, with its own server on other cores. The counters of both prove
//! that the work was the same. In each round one is gone right after the other, in random order, and the damage is the
//! ratio of the two: what disturbs the machine then disturbs both.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use photo_tests::Style;
use tempfile::TempDir;

use crate::cli::entry::ending;
use crate::cli::head::head;
use crate::measure::pitfall::{self, Way};
use crate::options::Common;
use crate::output::runs::Runs;
use crate::output::{report, terminal};
use crate::pitfalls::{self, Pitfall, Work};
use crate::record::Record;
use crate::record::pitfall::{PitfallCell, WayFigures};
use crate::record::run::{Head, LINES, Run};
use crate::stats::rounds::shuffled;
use crate::system::interrupt;
use crate::system::placement::CorePlacement;
use crate::text::out::{note, say};
use crate::text::progress::Progress;
use crate::text::results::{ResultsFile, check_folder};

/// Measure the cost of tempting mistakes, each next to the right way.
#[derive(Debug, Parser)]
#[command(name = "pitfalls", bin_name = "cargo bench --bench pitfalls --", max_term_width = 100)]
struct Options {
    #[command(flatten)]
    common: Common,
}

/// Rounds, unless `--rounds` says otherwise.
const ROUNDS: u32 = 3;

/// Runs what the arguments ask for; the first is the program's name. Those of `cargo bench --bench pitfalls --` are explained
/// by `--help`.
///
/// The process must have gone through [`run_if_child`](crate::cli::entry::run_if_child): this executable runs again,
/// with a role as its first argument.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Options { common } = Options::parse_from(arguments);
    let cells = cells(&common);
    // `cargo bench -- latency` is for criterion alone, and no reason to say anything.
    if cells.is_empty() || common.is_for_criterion_alone() {
        return ExitCode::SUCCESS;
    }
    if common.list {
        for (pitfall, style) in &cells {
            say!("{}: benchmark", id(pitfall, *style));
        }
        return ExitCode::SUCCESS;
    }
    let done = if common.is_test() { smoke(&common, &cells) } else { measure(&common, &cells) };
    match done {
        Ok(()) => ending(),
        Err(error) => {
            note!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn id(pitfall: &Pitfall, style: Style) -> String {
    format!("pitfalls/{}/{style}", pitfall.name)
}

/// The selected pitfalls, each in its styles.
fn cells(options: &Common) -> Vec<(Pitfall, Style)> {
    let of = |pitfall: Pitfall| pitfall.styles.iter().map(move |(style, _)| (pitfall, *style));
    let all = pitfalls::ALL.into_iter().flat_map(of);
    all.filter(|(pitfall, style)| options.selects(&id(pitfall, *style))).collect()
}

/// Shows that both ways of each cell do the same work, and measures nothing.
fn smoke(options: &Common, cells: &[(Pitfall, Style)]) -> io::Result<()> {
    let (placement, gallery) = (options.placement()?, gallery()?);
    for (pitfall, style) in cells {
        say!("Testing {}", id(pitfall, *style));
        both_ways(pitfall, true, |way| pitfall::go(pitfall, *style, way, &placement, gallery.path()))?;
        say!("Success\n");
    }
    Ok(())
}

fn measure(options: &Common, cells: &[(Pitfall, Style)]) -> io::Result<()> {
    let json = options.json.as_deref().map(ResultsFile::checked).transpose()?;
    check_folder(&options.report.clone().unwrap_or_else(report::folder))?;
    interrupt::watch()?;
    let (placement, gallery) = (options.placement()?, gallery()?);
    let seed = options.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    let rounds = options.rounds(ROUNDS);
    let head = head(&placement, seed, rounds, options.quick);
    // The watching process takes no time from the measured ones.
    placement.server.pin_this_process();
    let cells = all_rounds(cells, rounds, seed, &placement, gallery.path());

    if cells.is_empty() {
        note!("interrupted before anything was measured");
        return Ok(());
    }
    let run = Run::of(&cells.into_iter().map(Record::Pitfall).collect::<Vec<_>>())?;
    say!("\n{}", head.machine);
    terminal::print(&run);
    let complete = interrupt::came().is_none();
    if let Some(file) = json {
        say!("\nresults: {}", file.end(&run.raw, complete)?.display());
    }
    let page = add_to_report(options, run, Head { complete, ..head })?;
    say!("\nreport: {}", page.display());
    Ok(())
}

/// Adds the pitfalls to the run in the given folder, or to the newest run. If that has pitfalls already, or if there is no
/// run, they become a run without other parts. Returns the page.
fn add_to_report(options: &Common, pitfalls: Run, head: Head) -> io::Result<PathBuf> {
    let runs = Runs::here();
    let folder = match options.report.clone().or_else(|| runs.without_pitfalls()) {
        Some(folder) => folder,
        None => runs.add(head.at_unix_s)?,
    };
    let is_run = folder.join(LINES).exists();
    let run = if is_run { Run::read(&folder)? } else { Run::of(&[Record::Run(head)])? };
    let run = Run { raw_pitfalls: Some(pitfalls.raw), pitfalls: pitfalls.pitfalls, ..run };
    let page = report::write(&folder, &[run])?;
    if options.report.is_none() {
        runs.refresh()?;
    }
    Ok(page)
}

fn all_rounds(
    cells: &[(Pitfall, Style)],
    rounds: u32,
    seed: u64,
    placement: &CorePlacement,
    gallery: &Path,
) -> Vec<PitfallCell> {
    let mut results: Vec<Result<Vec<_>, String>> = vec![Ok(Vec::new()); cells.len()];
    let progress = Progress::new(cells.len() * rounds as usize);
    let mut random = fastrand::Rng::with_seed(seed);
    'rounds: for round in 1..=rounds {
        for index in shuffled(&mut random, cells.len()) {
            let (pitfall, style) = (&cells[index].0, cells[index].1);
            if interrupt::came().is_some() {
                break 'rounds;
            }
            progress.begin(&id(pitfall, style));
            let both =
                both_ways(pitfall, random.bool(), |way| pitfall::go(pitfall, style, way, placement, gallery));
            // A pair that a signal has ended is no result; the pairs before it are.
            if both.is_err() && interrupt::came().is_some() {
                break 'rounds;
            }
            match (both, &mut results[index]) {
                (Ok(both), Ok(rounds)) => rounds.push(both),
                (Err(error), result) => *result = Err(error.to_string()),
                (Ok(_), Err(_)) => {}
            }
            progress.end(1);
        }
        progress.end_of_group("pitfalls", round, rounds);
    }
    progress.finish();
    let all = cells.iter().zip(results);
    // A cell whose first round has not ended has no results.
    let measured = all.filter(|(_, result)| !result.as_ref().is_ok_and(Vec::is_empty));
    measured.map(|((pitfall, style), result)| cell(pitfall, *style, result)).collect()
}

/// A cell of which one round failed has no figures.
fn cell(
    pitfall: &Pitfall,
    style: Style,
    result: Result<Vec<(WayFigures, WayFigures)>, String>,
) -> PitfallCell {
    let Work { photo, count, others, tls, .. } = pitfall.work;
    let (rounds, failed) = match result {
        Ok(rounds) => (rounds, None),
        Err(why) => (Vec::new(), Some(why)),
    };
    let cell = PitfallCell {
        pitfall: pitfall.name.into(),
        file: pitfall.file.into(),
        style: style.name().into(),
        why: pitfall.why.into(),
        recipe: pitfall.recipe.into(),
        photo: photo.into(),
        count,
        others,
        tls,
        hurts: pitfall.hurts,
        right: None,
        wrong: None,
        damage: None,
        rounds: Vec::new(),
        failed,
    };
    cell.with(rounds)
}

/// The right way and the wrong one, with the same bytes, unless the wrong one was refused some.
fn both_ways(
    pitfall: &Pitfall,
    right_first: bool,
    go: impl Fn(Way) -> io::Result<WayFigures>,
) -> io::Result<(WayFigures, WayFigures)> {
    let (right, wrong) = if right_first {
        let right = go(Way::Right)?;
        (right, go(Way::Wrong)?)
    } else {
        let wrong = go(Way::Wrong)?;
        (go(Way::Right)?, wrong)
    };
    if right.bytes_sent != wrong.bytes_sent && pitfall.work.max_connections.is_none() {
        let why = format!("unequal work: {} and {} bytes sent", right.bytes_sent, wrong.bytes_sent);
        return Err(io::Error::other(why));
    }
    Ok((right, wrong))
}

/// A folder with a photo that takes a while to be made small: the server's own are large files of few pixels.
fn gallery() -> io::Result<TempDir> {
    let folder = TempDir::new()?;
    let photo = RgbImage::from_fn(2000, 1500, |x, y| {
        let [x, y] = [x, y].map(|n| n.to_le_bytes()[0]);
        image::Rgb([x, y, x ^ y])
    });
    let mut file = BufWriter::new(File::create(folder.path().join("large.jpeg"))?);
    JpegEncoder::new(&mut file).encode_image(&photo).map_err(io::Error::other)?;
    file.flush()?;
    Ok(folder)
}
