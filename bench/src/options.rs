//! What `cargo bench --bench load -- …` understands, and what it has in common with `--bench pitfalls`.

use std::path::PathBuf;

use clap::{Args, Parser};
use photo_server::PictureFormat;

use crate::entrant::Entrant;

/// Latency and cost of every style under concurrent load.
///
/// A closed loop: a fixed number of downloads is kept in flight. Server and contender are processes of their own, fresh
/// for each cell, on different cores where there are two.
#[derive(Clone, Debug, Parser)]
#[command(name = "load", bin_name = "cargo bench --bench load --", max_term_width = 100)]
pub(crate) struct Options {
    /// Who takes part [default: floor and every style; ureq, used by hand, on request]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub(crate) styles: Vec<Entrant>,

    /// How many downloads are kept in flight [default: 1,64,1024 with delay, 1,16,256 without]
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) in_flight: Vec<u32>,

    /// How large each photo is
    #[arg(long, value_name = "N", default_value = "32768", value_parser = bytes_of_a_photo)]
    pub(crate) bytes: u64,

    /// How long the server takes before it replies [default: 20 and 0]
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS", value_parser = clap::value_parser!(u64).range(0..=10_000))]
    pub(crate) delay_ms: Vec<u64>,

    /// How many downloads are measured in each cell and round [default: enough for a second or so]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: Option<u32>,

    /// Download this, from a server of your own
    #[arg(long, conflicts_with_all = ["bytes", "delay_ms"])]
    pub(crate) url: Option<String>,

    #[command(flatten)]
    pub(crate) common: Common,
}

/// What the benches beside criterion understand alike.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = None)]
#[expect(clippy::struct_excessive_bools, reason = "a command line has switches")]
pub(crate) struct Common {
    /// Only the cells whose id contains this; ids are as in load/20ms/64/tokio and pitfalls/unbounded/tokio
    pub(crate) filter: Option<String>,

    /// One short round
    #[arg(long)]
    pub(crate) quick: bool,

    /// Write the results there too, one JSON object a line for each cell
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// How often each cell is measured [default: 3, with --quick 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) rounds: Option<u32>,

    /// The order of the cells is drawn from this [default: another one each time]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// Only show that each cell works
    #[arg(long)]
    pub(crate) test: bool,

    /// Print the ids of all cells
    #[arg(long)]
    pub(crate) list: bool,

    /// The filter is a whole id
    #[arg(long)]
    pub(crate) exact: bool,

    #[command(flatten)]
    pub(crate) criterions: Criterions,
}

/// What criterion understands and this bench has no use for: `cargo bench -- …` says it to both.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = None)]
#[expect(clippy::struct_excessive_bools, reason = "criterion has as many flags")]
pub(crate) struct Criterions {
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
    #[arg(long, hide = true)]
    ignored: bool,
    #[arg(long, hide = true)]
    profile_time: Option<String>,
    #[arg(long, hide = true)]
    load_baseline: Option<String>,
    #[arg(short = 'c', long, alias = "colour", hide = true)]
    color: Option<String>,
    #[arg(short, long, hide = true)]
    verbose: bool,
    #[arg(long, hide = true)]
    quiet: bool,
    #[arg(short, long, hide = true)]
    noplot: bool,
    #[arg(short, long, hide = true)]
    save_baseline: Option<String>,
    #[arg(long, hide = true)]
    discard_baseline: bool,
    #[arg(short, long, hide = true)]
    baseline: Option<String>,
    #[arg(long, hide = true)]
    baseline_lenient: Option<String>,
    #[arg(long, hide = true)]
    format: Option<String>,
    #[arg(long, hide = true)]
    sample_size: Option<String>,
    #[arg(long, hide = true)]
    warm_up_time: Option<String>,
    #[arg(long, hide = true)]
    measurement_time: Option<String>,
    #[arg(long, hide = true)]
    nresamples: Option<String>,
    #[arg(long, hide = true)]
    noise_threshold: Option<String>,
    #[arg(long, hide = true)]
    confidence_level: Option<String>,
    #[arg(long, hide = true)]
    significance_level: Option<String>,
    #[arg(long, hide = true)]
    plotting_backend: Option<String>,
    #[arg(long, hide = true)]
    output_format: Option<String>,
    #[arg(long, hide = true)]
    nocapture: bool,
    #[arg(long, hide = true)]
    show_output: bool,
    #[arg(long, hide = true)]
    include_ignored: bool,
}

impl Options {
    pub(crate) fn entrants(&self) -> Vec<Entrant> {
        if self.styles.is_empty() {
            return Entrant::default_ones();
        }
        // A table has its own order, and each row once.
        Entrant::all().into_iter().filter(|entrant| self.styles.contains(entrant)).collect()
    }
}

impl Common {
    /// Whether to show only that everything works: what criterion does too where `cargo bench` is not who asks.
    pub(crate) fn is_test(&self) -> bool {
        self.test || !self.criterions.bench
    }

    /// Whether criterion was asked for something that the other benches have nothing to do in.
    pub(crate) fn is_for_criterion_alone(&self) -> bool {
        let Criterions { ignored, profile_time, load_baseline, .. } = &self.criterions;
        *ignored || profile_time.is_some() || load_baseline.is_some()
    }

    pub(crate) fn rounds(&self) -> u32 {
        match self.rounds {
            _ if self.is_test() => 1,
            Some(rounds) => rounds,
            None if self.quick => 1,
            None => 3,
        }
    }

    pub(crate) fn selects(&self, id: &str) -> bool {
        self.filter
            .as_deref()
            .is_none_or(|filter| if self.exact { id == filter } else { id.contains(filter) })
    }
}

fn bytes_of_a_photo(text: &str) -> Result<u64, String> {
    let bytes: usize = text.parse().map_err(|error| format!("{error}"))?;
    photo_server::picture(PictureFormat::Jpeg, bytes, 0)?;
    Ok(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Options, String> {
        let words = ["load"].into_iter().chain(words.split_whitespace());
        Options::try_parse_from(words).map_err(|error| error.to_string())
    }

    #[test]
    fn the_options_of_the_readme_are_understood() {
        let words = "--bench --quick --styles smol,floor --in-flight 1,64 --bytes 1000 --delay-ms 5 --count 7 \
                     --json f.json --rounds 2 --seed 9 load/5ms";
        let options = parse(words).unwrap();
        assert_eq!(options.entrants(), ["floor", "smol"].map(|name| name.parse().unwrap()));
        assert_eq!((options.in_flight.as_slice(), options.bytes), ([1, 64].as_slice(), 1000));
        assert_eq!((options.common.rounds(), options.common.seed, options.count), (2, Some(9), Some(7)));
        assert!(options.common.selects("load/5ms/1/smol") && !options.common.selects("load/50ms/1/smol"));
        assert!(!options.common.is_test());
    }

    #[test]
    fn bad_values_are_told_apart_from_good_ones() {
        for (words, why) in [
            ("--styles threads", "there are floor, blocking, callbacks, tokio"),
            ("--in-flight 0", "0 is not in 1..=1000000"),
            ("--in-flight many", "invalid digit"),
            ("--bytes 3", "a jpeg has"),
            ("--delay-ms 99999", "not in 0..=10000"),
            ("--count 0", "0 is not in 1.."),
            ("--url http://localhost/ --bytes 1000", "cannot be used with"),
            ("--speed 3", "unexpected argument"),
        ] {
            let refusal = parse(words).unwrap_err();
            assert!(refusal.contains(why), "{words}: {refusal}");
        }
    }

    #[test]
    fn what_is_said_to_criterion_is_no_error() {
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
        assert_eq!(parse("--bench").unwrap().common.rounds(), 3);
        assert_eq!(parse("--bench --quick").unwrap().common.rounds(), 1);
        assert_eq!(parse("--test --rounds 5").unwrap().common.rounds(), 1);
    }
}
