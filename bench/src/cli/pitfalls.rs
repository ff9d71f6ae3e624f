//! What the pitfalls cost: the right way and the tempting wrong one, both gone, round after round.
//!
//! Each way runs in its own process, with its own server on other cores. The counters of both prove
//! that the work was the same. In each round one is gone right after the other, in random order, and the damage is the
//! ratio of the two: what disturbs the machine then disturbs both.

use std::ffi::OsString;
use std::io;
use std::path::{self, Path};
use std::process::ExitCode;

use clap::Parser;
use image::{ImageFormat, RgbImage};
use photo_tests::Style;
use tempfile::TempDir;

use crate::cli::kept::{self, JsonFile};
use crate::measure::pitfall::{self, Way};
use crate::options::Common;
use crate::output::{report, terminal};
use crate::pitfalls::{self, Pitfall, Work};
use crate::record::Record;
use crate::record::pitfall::{PitfallCell, WayFigures};
use crate::record::run::Run;
use crate::stats::rounds::shuffled;
use crate::system::affinity::CorePlacement;
use crate::system::{interrupt, machine};
use crate::text::print;
use crate::text::progress::Progress;
use crate::text::results;

/// What tempting mistakes cost, each beside the right way.
#[derive(Debug, Parser)]
#[command(name = "pitfalls", bin_name = "cargo bench --bench pitfalls --", max_term_width = 100)]
struct Options {
    #[command(flatten)]
    common: Common,
}

/// Rounds, unless `--rounds` says otherwise.
const ROUNDS: u32 = 3;

/// One pitfall in the styles that were asked for.
struct Group {
    pitfall: Pitfall,
    styles: Vec<Style>,
}

/// Runs what the arguments ask for; the first is the program's name. Those of `cargo bench --bench pitfalls --` are explained
/// by `--help`.
///
/// The process must have gone through [`run_if_child`](crate::cli::entry::run_if_child): this executable runs again,
/// with a role as its first argument.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Options { common } = Options::parse_from(arguments);
    let groups = groups(&common);
    if common.list {
        for (pitfall, style) in cells(&groups) {
            print::line(format_args!("{}: benchmark", id(pitfall, style)));
        }
        return ExitCode::SUCCESS;
    }
    // `cargo bench -- latency` is not for us, and no reason to say anything.
    if groups.is_empty() || common.is_for_criterion_alone() {
        return ExitCode::SUCCESS;
    }
    let done =
        if common.is_test() { smoke(&groups).map(|()| ExitCode::SUCCESS) } else { measure(&common, &groups) };
    match done {
        Ok(code) => code,
        Err(error) => {
            print::note(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn id(pitfall: &Pitfall, style: Style) -> String {
    format!("pitfalls/{}/{style}", pitfall.name)
}

fn groups(options: &Common) -> Vec<Group> {
    let groups = pitfalls::ALL.into_iter().map(|pitfall| {
        let styles = pitfall.styles.iter().map(|(style, _)| *style);
        Group { styles: styles.filter(|style| options.selects(&id(&pitfall, *style))).collect(), pitfall }
    });
    groups.filter(|group| !group.styles.is_empty()).collect()
}

fn cells(groups: &[Group]) -> impl Iterator<Item = (&Pitfall, Style)> {
    groups.iter().flat_map(|group| group.styles.iter().map(|style| (&group.pitfall, *style)))
}

/// Shows that both ways of each cell do the same work, and measures nothing.
fn smoke(groups: &[Group]) -> io::Result<()> {
    let (placement, gallery) = (CorePlacement::of_this_process(), gallery()?);
    for (pitfall, style) in cells(groups) {
        print::line(format_args!("Testing {}", id(pitfall, style)));
        both_ways(pitfall, true, |way| pitfall::go(pitfall, style, way, &placement, gallery.path()))?;
        print::line("Success\n");
    }
    Ok(())
}

fn measure(options: &Common, groups: &[Group]) -> io::Result<ExitCode> {
    interrupt::watch()?;
    // Asked for first: a run must not end with a path that cannot be written.
    let json = options.json.as_deref().map(JsonFile::open).transpose()?;
    let report = options.report.clone().unwrap_or_else(report::folder);
    results::check_folder(&report)?;
    let (placement, gallery) = (CorePlacement::of_this_process(), gallery()?);
    let seed = options.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    let rounds = options.rounds(ROUNDS);

    let machine = machine::describe(&placement);
    // The watching process takes no time from the measured ones.
    placement.server.pin_this_process();
    let cells = all_rounds(groups, rounds, seed, &placement, gallery.path());
    let run = Run::of(&cells.into_iter().map(Record::Pitfall).collect::<Vec<_>>())?;
    if run.has_results() {
        print::line(format_args!("\n{machine}"));
        terminal::print(&run);
        if let Some(mut json) = json {
            let path = json.end(&run.raw)?;
            print::line(format_args!("\nresults: {}", path::absolute(path)?.display()));
        }
        if let Some(page) = report::add_pitfalls(&report, &run.raw)? {
            print::line(format_args!("\nreport: {}", page.display()));
        }
    }
    Ok(kept::exit_code(run.has_results()))
}

fn all_rounds(
    groups: &[Group],
    rounds: u32,
    seed: u64,
    placement: &CorePlacement,
    gallery: &Path,
) -> Vec<PitfallCell> {
    let cells: Vec<_> = cells(groups).collect();
    let mut results: Vec<(Vec<_>, Option<String>)> = vec![(Vec::new(), None); cells.len()];
    let progress = Progress::new(cells.len() * rounds as usize);
    let mut random = fastrand::Rng::with_seed(seed);
    'measuring: for round in 1..=rounds {
        for index in shuffled(&mut random, cells.len()) {
            let (pitfall, style) = cells[index];
            progress.begin(&id(pitfall, style));
            let both =
                both_ways(pitfall, random.bool(), |way| pitfall::go(pitfall, style, way, placement, gallery));
            let Some(both) = interrupt::undisturbed(both) else { break 'measuring };
            match both {
                Ok(both) => results[index].0.push(both),
                Err(error) => results[index].1 = Some(error.to_string()),
            }
            progress.end();
        }
        progress.end_of_group("pitfalls", round, rounds);
    }
    progress.finish();
    // After a signal, some cells have no round.
    let all =
        cells.into_iter().zip(results).filter(|(_, (rounds, failed))| !rounds.is_empty() || failed.is_some());
    all.map(|((pitfall, style), (rounds, failed))| cell(pitfall, style, rounds, failed)).collect()
}

/// A cell of which one round failed has no figures.
fn cell(
    pitfall: &Pitfall,
    style: Style,
    rounds: Vec<(WayFigures, WayFigures)>,
    failed: Option<String>,
) -> PitfallCell {
    let Work { photo, count, others, tls, .. } = pitfall.work;
    let rounds = if failed.is_none() { rounds } else { Vec::new() };
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
    photo.save_with_format(folder.path().join("large.jpeg"), ImageFormat::Jpeg).map_err(io::Error::other)?;
    Ok(folder)
}
