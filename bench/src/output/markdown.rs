//! The parts of the documents that are generated from recorded runs.
//!
//! A recorded run is a folder `bench/results/DATE-MACHINE/` with some of the recordings `load`, `pitfalls`, `price`, `peers`
//! and `completions`: `NAME.jsonl`, as `--json` wrote it, and `NAME.txt`, which says where the figures come from; for
//! `load` that is `conditions.txt`. No figure in the documents is written by hand.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::tables;
use crate::record::group::in_order;
use crate::record::pitfall::PitfallCell;
use crate::record::run::{self, Run};
use crate::text::grid::Table;
use crate::text::markers;

/// A generated part of a document.
#[derive(Debug)]
pub struct Part {
    /// The path of the document in the workspace.
    pub document: &'static str,
    name: &'static str,
    /// The name of the recording.
    pub recording: &'static str,
    /// The text, from the run and its conditions.
    text: fn(&Run, &str) -> Option<String>,
}

/// Every part with recorded figures, except for the answer of the README and its pictures.
pub const PARTS: [Part; 7] = [
    part("README.md", "table", "load", first),
    part("docs/results.md", "figures", "load", figures),
    part("docs/results.md", "decisions", "load", |run, _| Some(decisions(run))),
    part("docs/results.md", "price", "price", price),
    part("docs/results.md", "pitfalls", "pitfalls", pitfalls),
    part("docs/libraries.md", "peers", "peers", figures),
    part("docs/completions.md", "completions", "completions", figures),
];

const fn part(
    document: &'static str,
    name: &'static str,
    recording: &'static str,
    text: fn(&Run, &str) -> Option<String>,
) -> Part {
    Part { document, name, recording, text }
}

impl Part {
    /// Replaces this part by that of the recording in `folder`.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, if the run has no such figures, or if the document has no such part.
    pub fn splice(&self, document: &str, folder: &Path) -> io::Result<String> {
        let Self { name, recording, .. } = self;
        let run = Run::of_file(&folder.join(recording).with_extension("jsonl"))?;
        let conditions =
            if *recording == "load" { run::CONDITIONS.into() } else { format!("{recording}.txt") };
        let conditions = fs::read_to_string(folder.join(conditions))?;
        let quoted = conditions.lines().flat_map(|line| ["> ", line, "\n"]).collect::<String>();
        let text = (self.text)(&run, &quoted);
        let text = text.ok_or_else(|| io::Error::other(format!("the run has no figures for {name}")))?;
        markers::replace(document, name, &format!("\n{text}\n"))
    }
}

/// The table of the load that the README shows.
fn first(run: &Run, conditions: &str) -> Option<String> {
    Some(with_legend(&[tables::closed(&run.closed_loop(20, 1024)?).short()], conditions))
}

/// All tables of closed loops.
fn figures(run: &Run, conditions: &str) -> Option<String> {
    let tables: Vec<_> = in_order(&run.closed).map(|group| tables::closed(&group)).collect();
    (!tables.is_empty()).then(|| with_legend(&tables, conditions))
}

/// Nothing, if the run has decided nothing.
fn decisions(run: &Run) -> String {
    tables::decisions(&run.decisions()).map(|table| table.markdown()).unwrap_or_default()
}

fn price(run: &Run, conditions: &str) -> Option<String> {
    Some(format!("{}\n{conditions}", tables::cost(&run.cost)?.short().markdown()))
}

fn pitfalls(run: &Run, conditions: &str) -> Option<String> {
    let linked = |cell: &PitfallCell| format!("[{}](../bench/src/pitfalls/{})", cell.pitfall, cell.file);
    Some(format!("{}\n{conditions}", tables::pitfalls(&run.pitfalls, linked)?.markdown()))
}

fn with_legend(tables: &[Table], conditions: &str) -> String {
    let tables: Vec<_> = tables.iter().map(Table::markdown).collect();
    format!("{}\n{}\n\n{conditions}", tables.join("\n"), tables::LEGEND.join("\n"))
}

/// The folder of the newest recorded run that has this `recording`.
///
/// # Errors
///
/// If no recorded run has it.
pub fn newest(results: &Path, recording: &str) -> io::Result<PathBuf> {
    let file = format!("{recording}.jsonl");
    let entries = fs::read_dir(results)?.collect::<io::Result<Vec<_>>>()?;
    let folders = entries.into_iter().map(|entry| entry.path()).filter(|path| path.join(&file).is_file());
    folders.max().ok_or_else(|| io::Error::other(format!("no {file} in {}", results.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::figures::Figure;
    use crate::text::markers::tests::{assert_up_to_date, root};

    #[test]
    fn the_documents_show_the_newest_recorded_figures() {
        for part in PARTS {
            let folder = newest(&root().join("bench/results"), part.recording).unwrap();
            assert_up_to_date(part.document, |document| part.splice(document, &folder));
        }
    }

    /// The answer of docs/completions.md is written by hand.
    #[test]
    fn the_answer_on_completions_follows_from_its_figures() {
        const CPU: Figure = |it| Some(it.cpu_us_per_download);
        let folder = newest(&root().join("bench/results"), "completions").unwrap();
        let run = Run::of_file(&folder.join("completions.jsonl")).unwrap();
        let mut loads = Vec::new();
        for group in in_order(&run.closed) {
            loads.push(group.in_flight);
            let [callbacks, tokio, completions] =
                ["callbacks", "tokio", "completions"].map(|style| group.cell(style).unwrap());
            let than = |base| group.ratio(completions, base, CPU).unwrap();
            assert!(than(callbacks).high > 1.0, "{} in flight", group.in_flight);
            assert_eq!(than(tokio).high < 1.0, group.in_flight < 256, "{} in flight", group.in_flight);
        }
        assert_eq!(loads, [16, 64, 256]);
    }
}
