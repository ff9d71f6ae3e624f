//! The options that `load` and `pitfalls` share.

use std::io;
use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::system::cpu_set::CpuSet;
use crate::system::placement::CorePlacement;

/// The options that `load` and `pitfalls` share.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = None)]
#[expect(clippy::struct_excessive_bools, reason = "a command line has switches")]
pub(crate) struct Common {
    /// Measure only cells whose id contains this; ids are like load/20ms/64/tokio and pitfalls/unbounded/tokio
    pub(crate) filter: Option<String>,

    /// Measure one short round
    #[arg(long)]
    pub(crate) quick: bool,

    /// Write the results to this file too, as JSON lines
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Write the report into this folder [default: photo-report in the target folder]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) report: Option<PathBuf>,

    /// Rounds of each cell [default: 21, of pitfalls 3, with --quick 1]; of --self-check, how many tables [default: 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) rounds: Option<u32>,

    /// Seed for the order of the cells [default: another one each time]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// Cores of the server, as in 0-3,8 [default: half of the physical cores of the fastest kind, one thread each]
    #[arg(long, value_name = "LIST", value_parser = cores)]
    pub(crate) server_cores: Option<CpuSet>,

    /// Cores of the clients, as in 4-7 [default: the other half]
    #[arg(long, value_name = "LIST", value_parser = cores)]
    pub(crate) client_cores: Option<CpuSet>,

    /// Run each cell once, to check that it works
    #[arg(long)]
    pub(crate) test: bool,

    /// Print the ids of all cells
    #[arg(long)]
    pub(crate) list: bool,

    /// Take the filter as a whole id
    #[arg(long)]
    pub(crate) exact: bool,

    /// Keep this run under a name, as criterion does
    #[arg(short, long, value_name = "NAME")]
    pub(crate) save_baseline: Option<String>,

    /// Compare with the run that was kept under this name
    #[arg(short, long, alias = "baseline-lenient", value_name = "NAME")]
    pub(crate) baseline: Option<String>,

    #[command(flatten)]
    criterions: Criterions,
}

/// The other options of criterion, because `cargo bench -- …` passes them to all benches.
#[derive(Args, Clone, Debug)]
struct Criterions {
    #[arg(long, hide = true)]
    bench: bool,
    #[arg(long, hide = true)]
    ignored: bool,
    #[arg(long, alias = "load-baseline", hide = true)]
    profile_time: Option<String>,
    /// Switches that mean nothing here.
    #[arg(short, long, short_alias = 'n', aliases = SWITCHES, hide = true, action = ArgAction::Count)]
    verbose: u8,
    /// Options with a value that mean nothing here.
    #[arg(short, long, aliases = WITH_VALUE, hide = true)]
    color: Vec<String>,
}

const SWITCHES: [&str; 6] =
    ["quiet", "noplot", "discard-baseline", "nocapture", "show-output", "include-ignored"];

const WITH_VALUE: [&str; 11] = [
    "colour",
    "format",
    "sample-size",
    "warm-up-time",
    "measurement-time",
    "nresamples",
    "noise-threshold",
    "confidence-level",
    "significance-level",
    "plotting-backend",
    "output-format",
];

impl Common {
    /// Whether to check only that everything works, as criterion does too unless `cargo bench` runs it.
    pub(crate) fn is_test(&self) -> bool {
        self.test || !self.criterions.bench
    }

    /// Whether an option concerns criterion alone.
    pub(crate) fn is_for_criterion_alone(&self) -> bool {
        self.criterions.ignored || self.criterions.profile_time.is_some()
    }

    /// The cores of each side.
    ///
    /// # Errors
    ///
    /// If this process may not use a core that an option names.
    pub(crate) fn placement(&self) -> io::Result<CorePlacement> {
        CorePlacement::new(self.server_cores.as_ref(), self.client_cores.as_ref()).map_err(io::Error::other)
    }

    /// The number of rounds, `usual` by default.
    pub(crate) fn rounds(&self, usual: u32) -> u32 {
        match self.rounds {
            _ if self.is_test() => 1,
            Some(rounds) => rounds,
            None if self.quick => 1,
            None => usual,
        }
    }

    pub(crate) fn selects(&self, id: &str) -> bool {
        self.filter
            .as_deref()
            .is_none_or(|filter| if self.exact { id == filter } else { id.contains(filter) })
    }
}

fn cores(list: &str) -> Result<CpuSet, String> {
    let cores: CpuSet = list.parse()?;
    if cores == CpuSet::default() { Err("no core is named".into()) } else { Ok(cores) }
}
