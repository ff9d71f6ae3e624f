//! The options of `cargo bench --bench load -- …`, and those it shares with `--bench pitfalls`.

mod common;
mod round_length;
#[cfg(test)]
pub(crate) mod tests;

use std::time::Duration;

use clap::{Parser, ValueEnum};
use photo_server::PictureFormat;

pub(crate) use common::Common;
pub(crate) use round_length::RoundLength;

use crate::clients::foreign::Foreign;
use crate::clients::subject::Subject;
use crate::load::workload::{Mode, Source};
use crate::record::load::Transport;

/// Fewer than 21 rounds rarely show small differences; each takes some ten seconds in a default run.
const ROUNDS: u32 = 21;

/// Measure latency and cost of every style under concurrent load.
///
/// Closed loops keep a fixed number of downloads in flight. Open loops start downloads at a fixed rate, and latency
/// counts from the intended start. Each cell has a fresh server process and a fresh client process, on different cores
/// where there are two. Tables of costs and of decisions follow.
#[derive(Clone, Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "a command line has switches")]
#[command(name = "load", bin_name = "cargo bench --bench load --", max_term_width = 100)]
pub(crate) struct Options {
    /// Run all closed loops, about 20 minutes. Parts can be combined [default: four closed loops, about 4 minutes, or
    /// those that options such as --in-flight describe]
    #[arg(long, help_heading = "Parts")]
    pub(crate) closed: bool,

    /// Run all parts in full. Takes about two hours
    #[arg(long, help_heading = "Parts")]
    pub(crate) all: bool,

    /// Run the open loops: fixed rates, and percentages of each style's closed-loop throughput. Takes about 5 minutes
    #[arg(long, help_heading = "Parts")]
    pub(crate) open: bool,

    /// Measure the cost of a download: CPU, context switches, allocations, threads; with valgrind
    /// installed, instructions
    #[arg(long, help_heading = "Parts")]
    pub(crate) cost: bool,

    /// Measure waiting alone, without a download: up to a million threads, timers and tasks
    #[arg(long, help_heading = "Parts")]
    pub(crate) waits: bool,

    /// Run a ladder of sizes, delays and numbers in flight, up to the limits of this machine, and print the decisions
    /// that follow from it. Takes more than an hour
    #[arg(long, help_heading = "Parts")]
    pub(crate) scale: bool,

    /// Validate the benchmark: tables show no difference between a style and itself, added CPU work is found down to
    /// the resolution, known latencies are recovered. Takes about 20 minutes; a filter selects among work, tables and
    /// truth
    #[arg(long, help_heading = "Parts", conflicts_with_all = ["closed", "open", "cost", "waits", "scale", "all", "test", "list"])]
    pub(crate) self_check: bool,

    /// Adds CPU work to the style under its second name, in hundredths: the check must fail
    #[arg(long, hide = true, requires = "self_check", default_value_t = 0.0)]
    pub(crate) burden: f64,

    /// The clients to measure [default: floor and every style, but ureq up to 64 in flight only, if no option chooses the
    /// groups; in closed loops also the peers, if built with --features peers]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub(crate) styles: Vec<Subject>,

    /// A worker in another language, which takes part in the closed loops; bench/peers/README.md documents the
    /// protocol. Can be repeated
    #[arg(long, value_name = "NAME=COMMAND", value_parser = worker)]
    pub(crate) worker: Vec<Foreign>,

    /// Downloads in flight [default: 1,64,1024 with delay, 1,16,256 without]. Several processes share a number that
    /// is too large for one
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) in_flight: Vec<u32>,

    /// Bytes of each photo [default: 32768]
    #[arg(long, value_name = "N", value_parser = bytes_of_a_photo)]
    pub(crate) bytes: Option<u64>,

    /// Downloads per second in open loops [default: 200,2000, and 50, 80 and 95 % of each style's closed-loop
    /// throughput]
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) rate: Vec<u32>,

    /// Delay of the server before each reply, in milliseconds, varied by up to 50 % [default: 20 and 0]
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS", value_parser = clap::value_parser!(u64).range(0..=10_000))]
    pub(crate) delay_ms: Vec<u64>,

    /// Downloads in each cell and round [default: the number that the fastest style does in 0.15 s, or in up to 0.25 s
    /// until there are 8 for each one in flight. If an option chooses the groups: in 0.24 s, or in up to 1 s until there
    /// are 16 for each one in flight, with 20 ms of CPU]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: Option<u32>,

    /// Download by https
    #[arg(long, conflicts_with_all = ["open", "rate", "cost", "waits", "scale", "url"])]
    pub(crate) tls: bool,

    /// Keep connections from download to download, or make a fresh one for each photo, as for photos of many hosts
    #[arg(long, value_name = "KIND", value_enum, conflicts_with_all = ["open", "rate", "cost", "waits", "scale"])]
    pub(crate) connections: Option<Connections>,

    /// Download this photo from your own server
    #[arg(long, conflicts_with_all = ["bytes", "delay_ms", "open", "rate", "cost", "scale"])]
    pub(crate) url: Option<String>,

    #[command(flatten)]
    pub(crate) common: Common,
}

/// The use of a connection after a download.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Connections {
    Kept,
    Fresh,
}

impl Options {
    /// The transport of the closed loops that the options describe.
    pub(crate) fn transport(&self) -> Transport {
        Transport { tls: self.tls, fresh: self.connections == Some(Connections::Fresh) }
    }

    /// Whether an option describes closed loops, so that no others are measured.
    pub(crate) fn describes_closed_loops(&self) -> bool {
        !self.in_flight.is_empty()
            || !self.delay_ms.is_empty()
            || self.bytes.is_some()
            || self.count.is_some()
            || self.url.is_some()
            || self.tls
            || self.connections.is_some()
    }

    pub(crate) fn subjects(&self, mode: Mode) -> Vec<Subject> {
        let takes_part = |subject: &Subject| {
            if self.styles.is_empty() {
                subject.is_default_in(mode)
            } else {
                self.styles.contains(subject) && subject.can_be_in(mode)
            }
        };
        // A table has its own order, and each row once.
        let workers =
            self.worker.iter().copied().map(Subject::Foreign).filter(|worker| worker.can_be_in(mode));
        Subject::all().into_iter().filter(takes_part).chain(workers).collect()
    }

    pub(crate) fn rounds(&self) -> u32 {
        self.common.rounds(ROUNDS)
    }

    /// Whether the run has at least the cells and the rounds of one without options.
    pub(crate) fn is_full(&self) -> bool {
        let Self { styles, rate, common, .. } = self;
        let is_narrowed = self.describes_closed_loops()
            || common.filter.is_some()
            || common.quick
            || !(styles.is_empty() && rate.is_empty());
        self.has(Mode::Closed) && !is_narrowed && self.rounds() >= ROUNDS
    }

    /// Whether pilots find out how many downloads each round needs.
    pub(crate) fn is_calibrated(&self) -> bool {
        self.count.is_none() && !self.common.quick && !self.common.is_test()
    }

    /// Whether the run has the closed loops of `cargo bench`, which should take minutes: no group of them is measured again.
    pub(crate) fn is_default(&self) -> bool {
        !(self.names_a_part() || self.describes_closed_loops() || self.common.filter.is_some())
    }

    /// The rounds of the closed loops.
    pub(crate) fn round(&self) -> RoundLength {
        if self.is_default() { RoundLength::SHORT } else { RoundLength::LONG }
    }

    /// Whether rounds are added until each cell is measured for 3 seconds.
    pub(crate) fn wants_more_rounds(&self) -> bool {
        self.is_calibrated() && self.common.rounds.is_none()
    }

    /// Whether to measure this mode.
    pub(crate) fn has(&self, mode: Mode) -> bool {
        if self.names_a_part() {
            return self.names(mode);
        }
        let closed = self.describes_closed_loops();
        match mode {
            Mode::Closed => self.rate.is_empty(),
            Mode::Open if !self.rate.is_empty() => true,
            // A test tries everything that it can try.
            _ => self.common.is_test() && !closed && self.rate.is_empty(),
        }
    }

    /// Whether an option names this mode, which is then measured in full.
    pub(crate) fn names(&self, mode: Mode) -> bool {
        self.all
            || match mode {
                Mode::Closed => self.closed,
                Mode::Open => self.open,
                Mode::Cost => self.cost,
                Mode::Waits => self.waits,
                Mode::Scale => self.scale,
            }
    }

    fn names_a_part(&self) -> bool {
        self.all || self.closed || self.open || self.cost || self.waits || self.scale
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.unwrap_or(32 << 10)
    }

    /// The number of downloads in a closed loop.
    pub(crate) fn count(&self, source: &Source, in_flight: usize, time: Duration) -> usize {
        match self.count {
            Some(count) => count as usize,
            None if self.common.is_test() => in_flight.max(8),
            None => source.count(in_flight, time),
        }
    }
}

fn worker(text: &str) -> Result<Foreign, String> {
    let worker = Foreign::parse(text)?;
    match worker.name.parse::<Subject>() {
        Ok(_) => Err(format!("the name {} is taken", worker.name)),
        Err(_) => Ok(worker),
    }
}

fn bytes_of_a_photo(text: &str) -> Result<u64, String> {
    let bytes: usize = text.parse().map_err(|error| format!("{error}"))?;
    photo_server::picture(PictureFormat::Jpeg, bytes, 0)?;
    Ok(bytes as u64)
}
