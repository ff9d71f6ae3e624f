//! The records of one run in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Record;
use super::cell::Cell;
use super::cost::CostCell;
use super::decision::{Decision, decide};
use super::group::{Group, in_order, sorted};
use super::load::Load;
use super::open::OpenCell;
use super::pitfall::PitfallCell;
use super::waits::WaitsCell;

/// The results of the load bench.
pub const LINES: &str = "load.jsonl";

/// The results of the pitfalls.
pub const PITFALLS: &str = "pitfalls.jsonl";

/// The file with the place and the conditions of the measurement, in words; recorded runs have it.
pub(crate) const CONDITIONS: &str = "conditions.txt";

/// A run on one machine.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The name of its folder; empty for a run that has just ended.
    pub(crate) name: String,
    /// The lines, as they were written.
    pub(crate) raw: String,
    pub(crate) raw_pitfalls: Option<String>,
    pub(crate) conditions: Option<String>,
    pub(crate) head: Option<Head>,
    pub(crate) closed: Vec<Cell>,
    pub(crate) scale: Vec<Cell>,
    pub(crate) open: Vec<OpenCell>,
    pub(crate) cost: Vec<CostCell>,
    pub(crate) waits: Vec<WaitsCell>,
    pub(crate) decided: Vec<Decision>,
    pub(crate) pitfalls: Vec<PitfallCell>,
}

/// Where, when and how a run was measured.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Head {
    /// Seconds since 1970, UTC.
    pub(crate) at_unix_s: u64,
    /// Processor, cores, system and compiler, in one line.
    pub(crate) machine: String,
    /// Cores of the client, by their numbers; empty where nothing is pinned.
    pub(crate) client_cores: String,
    pub(crate) server_cores: String,
    /// The working copy, by `git describe --always --dirty`; `None` outside of one.
    pub(crate) commit: Option<String>,
    /// The order of the cells and all arrivals are drawn from it.
    pub(crate) seed: u64,
    /// Rounds of the closed loops; the other parts may have fewer.
    pub(crate) rounds: u32,
    pub(crate) quick: bool,
    /// Whether the run has come to its end, with all parts and rounds.
    pub(crate) complete: bool,
    /// Whether it has at least the cells and the rounds of `cargo bench` without options.
    pub(crate) full: bool,
    /// Versions of the libraries that are measured.
    pub(crate) versions: BTreeMap<String, String>,
}

impl Head {
    /// Whether this run and the other were measured on the same processor, with the same cores.
    pub(crate) fn is_from_machine_of(&self, other: &Self) -> bool {
        let machine = |head: &Self| {
            // Behind it are system and compiler, whose changes are to be seen.
            let processor = head.machine.split(" (").next().map(str::to_owned);
            (processor, head.client_cores.clone(), head.server_cores.clone())
        };
        machine(self) == machine(other)
    }
}

impl Run {
    /// The run in this folder, as `cargo bench` left it next to its report, or as it was recorded.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or a line is no record of this version.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut run = Self::of_file(&folder.join(LINES))?;
        let pitfalls = folder.join(PITFALLS);
        if pitfalls.exists() {
            let of_pitfalls = Self::of_file(&pitfalls)?;
            run.raw_pitfalls = Some(of_pitfalls.raw);
            run.pitfalls = of_pitfalls.pitfalls;
        }
        run.conditions = fs::read_to_string(folder.join(CONDITIONS)).ok();
        let folder = folder.canonicalize()?;
        run.name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(run)
    }

    /// The records of one file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or a line is no record of this version.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        Self::parse(&fs::read_to_string(path).map_err(named)?).map_err(named)
    }

    /// The run of these records, as a reader of their lines sees it.
    ///
    /// # Errors
    ///
    /// If a line cannot be read again.
    pub(crate) fn of(records: &[Record]) -> io::Result<Self> {
        Self::parse(&records.iter().map(|record| record.to_line() + "\n").collect::<String>())
    }

    /// The run that wrote these lines.
    ///
    /// # Errors
    ///
    /// If one is no record of this version.
    pub fn parse(raw: &str) -> io::Result<Self> {
        let mut run = Self { raw: raw.to_owned(), ..Self::default() };
        for (index, line) in raw.lines().enumerate() {
            let named =
                |error: io::Error| io::Error::new(error.kind(), format!("line {}: {error}", index + 1));
            match Record::of_line(line).map_err(named)? {
                Record::Run(head) => run.head = Some(head),
                Record::Closed(cell) => run.closed.push(cell),
                Record::Scale(cell) => run.scale.push(cell),
                Record::Open(cell) => run.open.push(cell),
                Record::Cost(cell) => run.cost.push(cell),
                Record::Waits(cell) => run.waits.push(cell),
                Record::Decision(decision) => run.decided.push(decision),
                Record::Pitfall(cell) => run.pitfalls.push(cell),
            }
        }
        Ok(run)
    }

    /// The cells of all closed loops.
    pub(crate) fn loops(&self) -> impl Iterator<Item = &Cell> {
        self.closed.iter().chain(&self.scale)
    }

    /// The closed loop of photos of 32 KiB with this delay and so many in flight.
    pub(crate) fn closed_loop(&self, delay_ms: u64, in_flight: usize) -> Option<Group<'_>> {
        let load = (Load::plain(32 << 10, delay_ms), in_flight);
        in_order(&self.closed).find(|group| (group.load, group.in_flight) == load)
    }

    /// The decisions that follow from the closed loops; without any, those that were recorded.
    pub(crate) fn decisions(&self) -> Vec<Decision> {
        let groups = sorted(self.loops());
        if groups.is_empty() { self.decided.clone() } else { decide(&groups) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::cell;

    #[test]
    fn lines_of_each_kind_are_kept_apart() {
        let lines = [
            r#"{"version":3,"mode":"run","at_unix_s":5,"machine":"m","client_cores":"","server_cores":"","commit":null,"seed":1,"rounds":3,"quick":true,"complete":true,"full":false,"versions":{},"new":[]}"#.to_owned(),
            Record::Closed(cell("tokio", &[3.0, 4.0])).to_line(),
            r#"{"version":3,"mode":"waits","style":"smol","count":1000,"start_s":0.5,"finish_s":1,"cpu_us_per_wait":2.5}"#.to_owned(),
            r#"{"version":3,"mode":"decision","bytes":1,"delay_ms":2,"tls":false,"fresh":false,"client_cores":1,"steps":[]}"#.to_owned(),
        ];
        let run = Run::parse(&lines.join("\n")).unwrap();
        assert!(run.head.is_some_and(|head| head.quick && head.at_unix_s == 5));
        assert_eq!((run.closed.len(), run.waits.len(), run.decided.len()), (1, 1, 1));
        let error = Run::parse(&format!("{}\nno JSON", lines[1])).unwrap_err().to_string();
        assert!(error.starts_with("line 2: "), "{error}");
    }

    #[test]
    fn recorded_decisions_are_shown_only_without_closed_loops() {
        let cells = ["tokio", "smol"].map(|style| cell(style, &[1.0; 21]));
        let decided = vec![Decision { load: Load::plain(7, 0), steps: Vec::new(), undecided: Vec::new() }];
        let mut run = Run { closed: cells.into(), decided, ..Run::default() };
        let bytes = |run: &Run| run.decisions().iter().map(|it| it.load.bytes).collect::<Vec<_>>();
        assert_eq!(bytes(&run), [Some(32 << 10)]);
        run.closed.clear();
        assert_eq!(bytes(&run), [Some(7)]);
        assert!(Run::default().decisions().is_empty());
    }
}
