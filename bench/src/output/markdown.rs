//! Recorded results, and the parts of the documents that are generated from them.
//!
//! A recorded run is a folder `bench/results/DATE-MACHINE/` with `load.jsonl`, as `--json` wrote it, and `conditions.txt`,
//! which says where the figures come from; with `pitfalls.jsonl` and `pitfalls.txt`; with `price.jsonl` and `price.txt`;
//! with `peers.jsonl` and `peers.txt`; with `completions.jsonl` and `completions.txt`; or with some of them. No figure in
//! the documents is written by hand.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::output::reason::without_choice;
use crate::record::cell::Cell;
use crate::record::cost::CostCell;
use crate::record::decision::{Decision, Step, advice};
use crate::record::figures::Figure;
use crate::record::group::{Group, in_order};
use crate::record::load::Load;
use crate::record::pitfall::{Damage, PitfallCell};
use crate::record::run::{self, Run};
use crate::stats::latency::Percentiles;
use crate::text::format::{digits, size};
use crate::text::grid::{self, markdown};
use crate::text::markers;

/// The workloads of the tables: server delay in milliseconds, downloads in flight.
const SHOWN: [(u64, usize); 3] = [(0, 1), (0, 256), (20, 1024)];

/// The workload of the README's table.
const FIRST: [(u64, usize); 1] = [(20, 1024)];

/// The size of the photos in these tables.
const BYTES: u64 = 32 << 10;

/// The generated parts.
const TABLE: &str = "table";
const FIGURES: &str = "figures";
const DECISIONS: &str = "decisions";
const PITFALLS: &str = "pitfalls";
const PRICE: &str = "price";

/// The text below the tables of figures.
pub(super) const MEMORY: &str = "\
    KiB per download in flight: the peak memory of the client above that of the idle client, divided by the downloads in\n\
    flight.\n";

/// The text above the table of decisions.
const DECIDED: &str = "\n\
    Computed from the same run. A style keeps up if it is shown to be at most 5 % slower than the best one, with a p99 of\n\
    at most twice the shortest. Of the styles that keep up, the one with the plainest code is chosen.\n\n";

/// Replaces the table of the README by that of the run in `folder`.
///
/// # Errors
///
/// Those of [`splice`].
pub fn splice_first(readme: &str, folder: &Path) -> io::Result<String> {
    let (run, conditions) =
        (Run::of_file(&folder.join(run::LINES))?, quoted(&folder.join("conditions.txt"))?);
    markers::replace(readme, TABLE, &format!("\n{}\n{conditions}\n\n", figures(&run, &FIRST)))
}

/// Replaces the figures of a document by those of the run in `folder`.
///
/// # Errors
///
/// If a file cannot be read, a line is no cell, or the document has no place for figures.
pub fn splice(readme: &str, folder: &Path) -> io::Result<String> {
    let (run, conditions) =
        (Run::of_file(&folder.join(run::LINES))?, quoted(&folder.join("conditions.txt"))?);
    let figures = figures(&run, &SHOWN);
    let readme = markers::replace(readme, FIGURES, &format!("\n{figures}\n{conditions}\n\n"))?;
    markers::replace(&readme, DECISIONS, &decisions(&run))
}

/// Splices the figures of the pitfalls.
///
/// # Errors
///
/// Those of [`splice`].
pub fn splice_pitfalls(readme: &str, folder: &Path) -> io::Result<String> {
    let (run, conditions) =
        (Run::of_file(&folder.join(run::PITFALLS))?, quoted(&folder.join("pitfalls.txt"))?);
    markers::replace(readme, PITFALLS, &format!("\n{}\n{conditions}\n\n", damage_table(&run.pitfalls)))
}

/// Splices the cost of each style by itself.
///
/// # Errors
///
/// Those of [`splice`].
pub fn splice_price(readme: &str, folder: &Path) -> io::Result<String> {
    let (run, conditions) = (Run::of_file(&folder.join("price.jsonl"))?, quoted(&folder.join("price.txt"))?);
    markers::replace(readme, PRICE, &format!("\n{}\n{conditions}\n\n", price_table(&run.cost)))
}

/// The folder of the newest recorded run that has this `file`.
///
/// # Errors
///
/// If no recorded run has it.
pub fn newest(results: &Path, file: &str) -> io::Result<PathBuf> {
    let entries = fs::read_dir(results)?.collect::<io::Result<Vec<_>>>()?;
    let folders = entries.into_iter().map(|entry| entry.path()).filter(|path| path.join(file).is_file());
    folders.max().ok_or_else(|| io::Error::other(format!("no {file} in {}", results.display())))
}

pub(super) fn quoted(path: &Path) -> io::Result<String> {
    Ok(fs::read_to_string(path)?.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n"))
}

/// A style is shown as code.
fn code(style: &str) -> String {
    format!("`{style}`")
}

fn fixed(figure: Option<f64>, digits: usize) -> Option<String> {
    figure.map(|figure| format!("{figure:.digits$}"))
}

fn figures(run: &Run, shown: &[(u64, usize)]) -> String {
    let tables = shown.iter().filter_map(|(delay_ms, in_flight)| {
        let is_shown =
            |group: &Group| (group.load, group.in_flight) == (Load::plain(BYTES, *delay_ms), *in_flight);
        in_order(&run.closed).find(is_shown).map(|group| table(&group))
    });
    tables.chain([MEMORY.to_owned()]).collect::<Vec<_>>().join("\n")
}

pub(super) fn table(group: &Group) -> String {
    type Column<'a> = grid::Column<'a, &'a Cell>;
    const CPU: Figure = |it| Some(it.cpu_us_per_download);
    let floor = group.cell("floor").and_then(|cell| cell.figure(CPU));
    let of = |header: &str, figure: Figure, scale: f64, digits| {
        Column::figure(header, move |cell| fixed(cell.figure(figure).map(|it| it * scale), digits))
    };
    let percentile = |name: &str| {
        let percentile = Percentiles::ALL.iter().find(|percentile| percentile.name == name);
        Column::figure(&format!("{name} ms"), move |cell| {
            fixed(percentile.and_then(|it| cell.percentile(it)).map(|micros| micros * 1e-3), 2)
        })
    };
    let columns = [
        Column::name("style", |cell| code(&cell.style)),
        of("downloads/s", |it| Some(it.downloads_per_s), 1.0, 0),
        percentile("p50"),
        percentile("p99"),
        percentile("p99.9"),
        of("client CPU, µs each", CPU, 1.0, 1),
        Column::figure("× floor", move |cell| fixed(Some(cell.figure(CPU)? / floor?), 2)),
        of("KiB per download in flight", |it| it.rss_kib_per_in_flight, 1.0, 1),
        Column::figure("threads", |cell| Some(cell.figures?.threads_max?.to_string())),
    ];
    let delay = match group.load.delay_ms {
        Some(delay_ms) if delay_ms > 0 => format!("{delay_ms} ms of server delay"),
        _ => "no server delay".into(),
    };
    let (in_flight, kib) = (group.in_flight, group.load.bytes.unwrap_or_default() / 1024);
    format!("**{in_flight} in flight, {delay}, {kib} KiB photos**\n\n{}", markdown(&columns, &group.cells))
}

/// The table in instructions, which hardly differ from run to run: callbacks are 1.
fn price_table(cells: &[CostCell]) -> String {
    type Column<'a> = grid::Column<'a, CostCell>;
    let callbacks = cells.iter().find(|cell| cell.style == "callbacks");
    let callbacks = callbacks.and_then(|cell| cell.instructions_per_download);
    let columns = [
        Column::name("style", |cell| code(&cell.style)),
        Column::figure("instructions", |cell| fixed(cell.instructions_per_download, 0)),
        Column::figure("× callbacks", move |cell| {
            fixed(Some(cell.instructions_per_download? / callbacks?), 2)
        }),
        Column::figure("allocations", |cell| fixed(cell.allocations_per_download, 1)),
        Column::figure("allocated KiB", |cell| {
            fixed(cell.allocated_bytes_per_download.map(|bytes| bytes / 1024.0), 1)
        }),
        Column::figure("thread switches", |cell| {
            let it = cell.figures?;
            fixed(Some(it.voluntary_switches_per_download + it.involuntary_switches_per_download), 2)
        }),
    ];
    markdown(&columns, cells)
}

fn damage_table(cells: &[PitfallCell]) -> String {
    type Column<'a> = grid::Column<'a, PitfallCell>;
    let columns = [
        Column::name("pitfall", |cell| format!("[{}](../bench/src/pitfalls/{})", cell.pitfall, cell.file)),
        Column::name("style", |cell| code(&cell.style)),
        Column::name("what is hurt", |cell| cell.hurts.name().into()),
        Column::figure("right", |cell| cell.right.map(digits)),
        Column::figure("wrong", |cell| cell.wrong.map(digits)),
        Column::figure("damage ×", |cell| Some(digits(cell.damage?.median))),
        Column::figure("min–max of rounds", |cell| {
            let Damage { min, max, .. } = cell.damage?;
            Some(format!("{}–{}", digits(min), digits(max)))
        }),
    ];
    markdown(&columns, cells)
}

/// Nothing, if the run has decided nothing.
fn decisions(run: &Run) -> String {
    type Column<'a> = grid::Column<'a, (&'a Decision, &'a Step)>;
    if run.decided.is_empty() {
        return String::new();
    }
    let rows =
        run.decided.iter().flat_map(|decision| decision.steps.iter().map(move |step| (decision, step)));
    let rows: Vec<(&Decision, &Step)> = rows.collect();
    let columns = [
        Column::figure("photos", |(decision, _)| {
            let Load { bytes, transport, .. } = decision.load;
            Some(format!("{}{transport}{}", size(bytes?), decision.load.on_cores()))
        }),
        Column::figure("server delay", |(decision, _)| Some(format!("{} ms", decision.load.delay_ms?))),
        Column::figure("in flight", |(_, step)| Some(step.range(" to "))),
        Column::name("choose", |(_, step)| advice(&step.choose)),
        Column::name("least CPU", |(_, step)| code(&step.least_cpu)),
        Column::name("keep up", |(_, step)| {
            step.keep_up.iter().map(|style| code(style)).collect::<Vec<_>>().join(", ")
        }),
    ];
    let sentences: Vec<_> =
        run.decided.iter().map(|decision| format!("- {decision}{}", without_choice(decision))).collect();
    format!("{DECIDED}{}\n{}\n\n", markdown(&columns, &rows), sentences.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::{cell, failed};
    use crate::text::markers::tests::{assert_up_to_date, root};

    #[test]
    fn the_documents_show_the_newest_recorded_figures() {
        let results = root().join("bench/results");
        assert_up_to_date("README.md", |readme| splice_first(readme, &newest(&results, "load.jsonl")?));
        let assert_up_to_date = |splice: fn(&str, &Path) -> io::Result<String>, file| {
            assert_up_to_date("docs/results.md", |text| splice(text, &newest(&results, file)?));
        };
        assert_up_to_date(splice, "load.jsonl");
        assert_up_to_date(splice_pitfalls, "pitfalls.jsonl");
        assert_up_to_date(splice_price, "price.jsonl");
    }

    #[test]
    fn a_cell_without_figures_is_shown_without() {
        let cells = [cell("tokio", &[12.0]), failed("blocking", "no threads")];
        let text = table(&in_order(&cells).next().unwrap());
        assert!(text.ends_with("| `blocking` | – | – | – | – | – | – | – | – |\n"), "{text}");
    }

    #[test]
    fn a_decision_has_a_row_for_each_step() {
        let step = |from, to, choose: &str| Step {
            from_in_flight: from,
            to_in_flight: to,
            choose: choose.into(),
            keep_up: vec![choose.into()],
            least_cpu: "callbacks".into(),
        };
        let steps = vec![step(1, 64, "blocking"), step(1024, 1024, "tokio")];
        let decided = vec![Decision { load: Load::plain(32768, 20), steps }];
        let text = decisions(&Run { decided, ..Run::default() });
        for row in
            ["1 to 64 | block | `callbacks` | `blocking`", "1024 | await on tokio | `callbacks` | `tokio`"]
        {
            assert!(text.contains(&format!("| 32 KiB | 20 ms | {row} |\n")), "{text}");
        }
    }
}
