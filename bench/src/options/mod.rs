//! The options of `cargo bench --bench load -- …`, and those it shares with `--bench pitfalls`.

mod common;
mod criterions;

use std::time::Duration;

use clap::Parser;
use photo_server::PictureFormat;

pub(crate) use common::Common;

use crate::clients::foreign::Foreign;
use crate::clients::subject::Subject;
use crate::load::workload::{Mode, Source};

/// Fewer than 21 rounds show small differences rarely; each takes half a minute or so in a default run.
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
    /// Run all closed loops, about 7 minutes. Parts can be combined [default: three closed loops, 1 and 256 in flight
    /// without delay and 1024 with it, about 3 minutes, or those of --in-flight and --delay-ms]
    #[arg(long, help_heading = "Parts")]
    pub(crate) closed: bool,

    /// Run all parts in full. Takes about an hour and a half
    #[arg(long, help_heading = "Parts")]
    pub(crate) all: bool,

    /// Run the open loops: fixed rates, and percentages of each style's closed-loop throughput. Takes about 5 minutes
    #[arg(long, help_heading = "Parts")]
    pub(crate) open: bool,

    /// Measure the cost of a download: CPU, context switches, allocations, threads, memory; with valgrind
    /// installed, instructions
    #[arg(long, help_heading = "Parts")]
    pub(crate) cost: bool,

    /// Measure waiting alone, without a download: up to a million threads, timers and tasks
    #[arg(long, help_heading = "Parts")]
    pub(crate) waits: bool,

    /// Run a ladder of sizes, delays and numbers in flight, up to the limits of this machine, and print the decisions
    /// that follow from it. Takes about an hour
    #[arg(long, help_heading = "Parts")]
    pub(crate) scale: bool,

    /// Validate the benchmark: tables show no difference between a style and itself, added CPU work is found down to
    /// the resolution, known latencies are recovered. Takes about 20 minutes; a filter selects among work, tables and
    /// truth
    #[arg(long, help_heading = "Parts", conflicts_with_all = ["closed", "open", "cost", "waits", "scale", "all", "test", "list"])]
    pub(crate) self_check: bool,

    /// In --self-check, adds CPU work to the style under its second name, in hundredths: the check must fail
    #[arg(long, hide = true, default_value_t = 0.0)]
    pub(crate) burden: f64,

    /// The clients to measure [default: floor and every style; in closed loops also the peers, if built with
    /// --features peers]
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

    /// Delay of the server before each reply, in milliseconds [default: 20 and 0]
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS", value_parser = clap::value_parser!(u64).range(0..=10_000))]
    pub(crate) delay_ms: Vec<u64>,

    /// Downloads in each cell and round [default: what the fastest style does in 0.16 s]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: Option<u32>,

    /// Download this photo from your own server
    #[arg(long, conflicts_with_all = ["bytes", "delay_ms", "open", "rate", "cost", "scale"])]
    pub(crate) url: Option<String>,

    #[command(flatten)]
    pub(crate) common: Common,
}

impl Options {
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

    /// Whether pilots find out how many downloads each round needs.
    pub(crate) fn is_calibrated(&self) -> bool {
        self.count.is_none() && !self.common.quick && !self.common.is_test()
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
        let closed = !self.in_flight.is_empty()
            || !self.delay_ms.is_empty()
            || self.bytes.is_some()
            || self.count.is_some()
            || self.url.is_some();
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn options(words: &str) -> Options {
        parse(words).unwrap()
    }

    fn parse(words: &str) -> Result<Options, String> {
        let words = ["load"].into_iter().chain(words.split_whitespace());
        Options::try_parse_from(words).map_err(|error| error.to_string())
    }

    #[test]
    fn the_options_of_the_readme_are_understood() {
        let words = "--bench --quick --styles smol,floor --in-flight 1,64 --bytes 1000 --delay-ms 5 --count 7 \
                     --json f.json --rounds 2 --seed 9 load/5ms";
        let options = parse(words).unwrap();
        assert_eq!(options.subjects(Mode::Closed), ["floor", "smol"].map(|name| name.parse().unwrap()));
        assert_eq!((options.in_flight.as_slice(), options.bytes()), ([1, 64].as_slice(), 1000));
        assert_eq!((options.rounds(), options.common.seed, options.count), (2, Some(9), Some(7)));
        assert!(options.common.selects("load/5ms/1/smol") && !options.common.selects("load/50ms/1/smol"));
        assert!(!options.common.is_test());
    }

    #[test]
    fn peers_take_part_where_they_are_wanted_and_able() {
        let is_peer = |subject: &Subject| matches!(subject, Subject::Peer(_));
        let peers = |words: &str, mode| {
            options(words).subjects(mode).into_iter().filter(is_peer).map(Subject::name).collect::<Vec<_>>()
        };
        assert_eq!(peers("", Mode::Closed).len(), if cfg!(feature = "peers") { 7 } else { 0 });
        for mode in [Mode::Open, Mode::Cost, Mode::Waits, Mode::Scale] {
            assert!(peers("", mode).is_empty(), "{mode:?}");
        }
        assert_eq!(peers("--styles ureq-per-thread,tokio", Mode::Open), ["ureq-per-thread"]);
        #[cfg(feature = "peers")]
        {
            assert_eq!(peers("--styles curl", Mode::Cost), ["curl"]);
            assert!(peers("--styles curl", Mode::Open).is_empty());
        }
    }

    #[test]
    fn bad_values_are_refused() {
        for (words, why) in [
            ("--styles threads", "there are floor, blocking, ureq, callbacks, tokio"),
            ("--in-flight 0", "0 is not in 1..=1000000"),
            ("--in-flight many", "invalid digit"),
            ("--bytes 3", "a jpeg has"),
            ("--delay-ms 99999", "not in 0..=10000"),
            ("--count 0", "0 is not in 1.."),
            ("--rate 0", "0 is not in 1.."),
            ("--worker python3", "use NAME=COMMAND"),
            ("--worker tokio=x", "the name tokio is taken"),
            ("--self-check --open", "cannot be used with"),
            ("--url http://localhost/ --bytes 1000", "cannot be used with"),
            ("--speed 3", "unexpected argument"),
        ] {
            let refusal = parse(words).unwrap_err();
            assert!(refusal.contains(why), "{words}: {refusal}");
        }
    }

    #[test]
    fn options_of_criterion_are_accepted() {
        let words = "--save-baseline x --noplot --sample-size 10 --warm-up-time 1 --measurement-time 2 --verbose \
                     --color always --nresamples 9 --noise-threshold 0.1 --confidence-level 0.9 --bench \
                     --significance-level 0.1 --plotting-backend plotters --output-format bencher --nocapture";
        assert!(!parse(words).unwrap().common.is_for_criterion_alone());
        assert!(parse("--profile-time 5").unwrap().common.is_for_criterion_alone());
        for words in
            ["-b x", "-s x", "-n -v", "-c never", "--baseline-lenient x --quiet", "--discard-baseline"]
        {
            parse(words).unwrap();
        }
    }

    #[test]
    fn without_cargo_bench_everything_is_only_tried() {
        assert!(parse("").unwrap().common.is_test());
        assert!(parse("--bench --test").unwrap().common.is_test());
        assert_eq!(parse("--bench").unwrap().rounds(), ROUNDS);
        assert_eq!(parse("--bench --quick").unwrap().rounds(), 1);
        assert_eq!(parse("--test --rounds 5").unwrap().rounds(), 1);
    }

    #[test]
    fn parts_are_those_named_or_described_or_all() {
        const ALL: [Mode; 5] = [Mode::Closed, Mode::Open, Mode::Cost, Mode::Waits, Mode::Scale];
        for (words, parts) in [
            ("", ALL.as_slice()),
            ("--all --bench", &ALL),
            ("--bench --quick --styles tokio --rounds 2", &[Mode::Closed]),
            ("--in-flight 8", &[Mode::Closed]),
            ("--url http://localhost/", &[Mode::Closed]),
            ("--rate 100", &[Mode::Open]),
            ("--rate 100 --delay-ms 5", &[Mode::Open]),
            ("--rate 100 --open", &[Mode::Open]),
            ("--waits --scale --delay-ms 5", &[Mode::Waits, Mode::Scale]),
        ] {
            let options = options(words);
            let found: Vec<_> = ALL.into_iter().filter(|mode| options.has(*mode)).collect();
            assert!(found == parts, "{words}: {found:?}");
        }
        assert!(options("--waits").names(Mode::Waits) && !options("").names(Mode::Waits));
    }
}
