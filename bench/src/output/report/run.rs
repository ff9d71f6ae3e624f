//! A run as it lies in a folder: the lines of `load.jsonl`, and what is said of them beside it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// The raw results in a folder.
pub(super) const LINES: &str = "load.jsonl";

/// Where and how they were measured, in words; recorded runs have it.
pub(super) const CONDITIONS: &str = "conditions.txt";

/// What pitfalls cost on the same machine, if that was measured.
pub(super) const PITFALLS: &str = "pitfalls.jsonl";

/// One run on one machine.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// What tells it from other runs: the name of its folder, or nothing if there is but one.
    pub(super) name: String,
    /// As they were written.
    pub(super) raw: String,
    pub(super) conditions: Option<String>,
    /// The first line, of runs that have one.
    pub(super) origin: Option<Origin>,
    pub(super) cells: Vec<Cell>,
    pub(super) waits: Vec<Wait>,
    pub(super) decisions: Vec<Decision>,
    pub(super) raw_pitfalls: Option<String>,
    pub(super) pitfalls: Vec<Pitfall>,
}

/// Where, when and how a run was measured.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Origin {
    pub(super) at_unix_s: Option<u64>,
    pub(super) machine: Option<String>,
    pub(super) client_cores: Option<String>,
    pub(super) server_cores: Option<String>,
    pub(super) commit: Option<String>,
    pub(super) seed: Option<u64>,
    pub(super) rounds: Option<u32>,
    #[serde(default)]
    pub(super) quick: bool,
    /// Of the libraries that are measured.
    #[serde(default)]
    pub(super) versions: BTreeMap<String, String>,
}

/// What became of one style under one load. A figure that is not known is absent.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Cell {
    pub(super) style: String,
    pub(super) mode: String,
    pub(super) bytes: Option<u64>,
    pub(super) delay_ms: Option<u64>,
    pub(super) in_flight: u64,
    pub(super) count: u64,
    pub(super) errors: Option<u64>,
    #[serde(flatten)]
    pub(super) figures: Figures,
    #[serde(default)]
    pub(super) rounds: Vec<Figures>,
    pub(super) histogram: Option<String>,
    pub(super) failed: Option<String>,
    // Of open loops.
    pub(super) rate_per_s: Option<f64>,
    pub(super) share_percent: Option<u64>,
    pub(super) uncorrected: Option<Figures>,
    pub(super) late: Option<u64>,
    pub(super) skipped: Option<u64>,
    pub(super) saturated: Option<bool>,
    // Of costs.
    pub(super) allocations_per_download: Option<f64>,
    pub(super) allocated_bytes_per_download: Option<f64>,
    pub(super) instructions_per_download: Option<f64>,
    pub(super) no_instructions: Option<String>,
}

/// One of the figures, if it is known.
pub(super) type Figure = fn(&Figures) -> Option<f64>;

/// Figures of one round, or the medians of all.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Figures {
    pub(super) wall_s: Option<f64>,
    pub(super) downloads_per_s: Option<f64>,
    pub(super) cpu_us_per_download: Option<f64>,
    pub(super) cpu_user_us_per_download: Option<f64>,
    pub(super) cpu_system_us_per_download: Option<f64>,
    pub(super) voluntary_switches_per_download: Option<f64>,
    pub(super) involuntary_switches_per_download: Option<f64>,
    pub(super) server_cpu_us_per_download: Option<f64>,
    pub(super) p50_us: Option<f64>,
    pub(super) p90_us: Option<f64>,
    pub(super) p99_us: Option<f64>,
    pub(super) p999_us: Option<f64>,
    pub(super) max_us: Option<f64>,
    pub(super) rss_kib_per_in_flight: Option<f64>,
    pub(super) threads_max: Option<f64>,
}

/// So many waits at once, without a download.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Wait {
    pub(super) style: String,
    pub(super) count: u64,
    pub(super) start_s: Option<f64>,
    pub(super) finish_s: Option<f64>,
    #[serde(rename = "cpu_us_per_wait")]
    pub(super) cpu_us: Option<f64>,
    #[serde(rename = "bytes_per_wait")]
    pub(super) bytes: Option<f64>,
    pub(super) threads: Option<u64>,
    pub(super) failed: Option<String>,
}

/// Which style to choose for one size of photo and one delay.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Decision {
    pub(super) bytes: Option<u64>,
    /// Not known of a server of one's own.
    pub(super) delay_ms: Option<u64>,
    pub(super) steps: Vec<Step>,
}

/// From one number in flight to another, the same.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Step {
    pub(super) from_in_flight: u64,
    pub(super) to_in_flight: u64,
    pub(super) choose: String,
    pub(super) keep_up: Vec<String>,
    pub(super) least_cpu: String,
}

/// What one tempting mistake costs in one style.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pitfall {
    #[serde(rename = "pitfall")]
    pub(super) name: String,
    pub(super) style: String,
    /// The figure that suffers, and its unit.
    pub(super) hurts: String,
    pub(super) right: f64,
    pub(super) wrong: f64,
    pub(super) damage: Damage,
}

/// How many times as bad the wrong way is, of all rounds.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Damage {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Run {
    /// The run in this folder, as `cargo bench` left it beside its report, or as it was recorded.
    ///
    /// # Errors
    ///
    /// If there is none, or a line is not what it should be.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let path = folder.join(LINES);
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let raw = fs::read_to_string(&path).map_err(named)?;
        let mut run = Self::parse(&raw).map_err(named)?;
        run.raw_pitfalls = fs::read_to_string(folder.join(PITFALLS)).ok();
        let pitfalls = run.raw_pitfalls.iter().flat_map(|raw| raw.lines());
        run.pitfalls = pitfalls.map(serde_json::from_str).collect::<Result<_, _>>()?;
        run.conditions = fs::read_to_string(folder.join(CONDITIONS)).ok();
        let folder = folder.canonicalize()?;
        run.name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(run)
    }

    /// The run that wrote these lines. Lines of another kind than those it knows are left to others.
    ///
    /// # Errors
    ///
    /// If one is no JSON, or lacks what its kind has.
    pub fn parse(raw: &str) -> io::Result<Self> {
        let mut run = Self { raw: raw.to_owned(), ..Self::default() };
        for line in raw.lines() {
            let value: Value = serde_json::from_str(line)?;
            match value["mode"].as_str() {
                Some("run") => run.origin = Some(serde_json::from_value(value)?),
                Some("closed" | "scale" | "open" | "cost") => run.cells.push(serde_json::from_value(value)?),
                Some("waits") => run.waits.push(serde_json::from_value(value)?),
                Some("decision") => run.decisions.push(serde_json::from_value(value)?),
                _ => {}
            }
        }
        Ok(run)
    }

    /// The cells of one part of the bench.
    pub(super) fn of_mode(&self, mode: &str) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(move |cell| cell.mode == mode)
    }

    /// The cells of open loops, those of each rate together, and what that rate is.
    pub(super) fn rates(&self) -> Vec<(String, Vec<&Cell>)> {
        let cells: Vec<_> = self.of_mode("open").collect();
        let rate = |cell: &Cell| match (cell.share_percent, cell.rate_per_s) {
            (Some(share), _) => format!("{share} % of each style’s best"),
            (None, Some(rate)) => format!("{rate:.0} per s"),
            (None, None) => "at a rate".into(),
        };
        let same = |one: &&Cell, other: &&Cell| {
            (one.bytes, one.delay_ms, rate(one)) == (other.bytes, other.delay_ms, rate(other))
        };
        cells.chunk_by(same).map(|cells| (rate(cells[0]), cells.to_vec())).collect()
    }
}

impl Cell {
    /// The least and the most of a figure over all rounds; `None` unless there are several.
    pub(super) fn spread(&self, figure: impl Fn(&Figures) -> Option<f64>) -> Option<(f64, f64)> {
        let figures = || self.rounds.iter().filter_map(&figure);
        let (least, most) = (figures().reduce(f64::min)?, figures().reduce(f64::max)?);
        (self.rounds.len() > 1).then_some((least, most))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A cell of three rounds, whose figures differ by a tenth to both sides.
    pub(in crate::output::report) fn cell(style: &str, in_flight: u64, cpu: f64, p99_us: f64) -> Cell {
        let figures = |noise: f64| Figures {
            downloads_per_s: Some(1000.0 * noise),
            cpu_us_per_download: Some(cpu * noise),
            p50_us: Some(p99_us / 2.0 * noise),
            p90_us: Some(p99_us / 1.5 * noise),
            p99_us: Some(p99_us * noise),
            p999_us: Some(p99_us * 2.0 * noise),
            max_us: Some(p99_us * 3.0 * noise),
            rss_kib_per_in_flight: Some(cpu / 10.0 * noise),
            threads_max: Some(if style == "blocking" { in_flight as f64 } else { 1.0 }),
            ..Figures::default()
        };
        Cell {
            style: style.into(),
            mode: "closed".into(),
            bytes: Some(32_768),
            delay_ms: Some(20),
            in_flight,
            count: 100,
            figures: figures(1.0),
            rounds: [0.9, 1.0, 1.1].map(figures).into(),
            ..Cell::default()
        }
    }

    #[test]
    fn lines_of_each_kind_are_told_apart() {
        let run = Run::parse(
            r#"{"mode":"run","at_unix_s":5,"machine":"m","rounds":3,"quick":true,"new":[]}
               {"mode":"closed","style":"tokio","in_flight":4,"count":9,"p50_us":3.5,"rounds":[{"p50_us":3.0},{"p50_us":4.0}]}
               {"mode":"open","style":"tokio","in_flight":4,"count":9,"uncorrected":{"p50_us":1.0},"p50_us":null,"rounds":[]}
               {"mode":"waits","style":"smol","count":1000,"start_s":0.5}
               {"mode":"decision","bytes":1,"delay_ms":2,"steps":[]}
               {"mode":"what nobody knows yet"}"#,
        )
        .unwrap();
        assert!(run.origin.is_some_and(|origin| origin.quick && origin.at_unix_s == Some(5)));
        assert_eq!((run.cells.len(), run.waits.len(), run.decisions.len()), (2, 1, 1));
        assert_eq!(run.cells[0].figures.p50_us, Some(3.5));
        assert_eq!(run.cells[0].spread(|round| round.p50_us), Some((3.0, 4.0)));
        assert_eq!(run.cells[1].spread(|round| round.p50_us), None);
        assert_eq!(run.cells[1].uncorrected.and_then(|it| it.p50_us), Some(1.0));
        assert!(Run::parse("no JSON").is_err());
        assert!(Run::parse(r#"{"mode":"closed"}"#).is_err());
    }
}
