//! Sentences of the documentation that are checked against recorded results.
//!
//! A sentence is followed by its claim, in a comment of Markdown that readers do not see:
//!
//! ```markdown
//! Up to 64 at once, block. <!-- claim: blocking keeps-up in_flight=64 delay_ms=20 -->
//! ```
//!
//! - `STYLE keeps-up`: the style is one of those that keep up
//! - `STYLE is-chosen`: it is the plainest of them
//! - `STYLE uses-least-cpu`: no style uses less CPU
//! - `STYLE FIGURE > N x OTHER`: the interval of the ratio is above N; `<` is below. FIGURE is `cpu`, `wall`, `p99` or `memory`
//!
//! `in_flight=N` is required; `delay_ms` is 0 and `bytes` is 32768 unless the claim says otherwise.

use super::markdown::BYTES;
use crate::record::decision::Step;
use crate::record::figures::Figure;
use crate::record::group::{Group, sorted};
use crate::record::run::Run;

const START: &str = "<!-- claim: ";
const END: &str = " -->";

/// The claims of a text that do not follow from the run, each with the reason.
pub fn unfounded(text: &str, run: &Run) -> Vec<String> {
    let claims = text.split(START).skip(1).map(|rest| rest.split_once(END).map_or(rest, |(claim, _)| claim));
    claims.filter_map(|claim| Some(format!("{claim}: {}", check(claim, run).err()?))).collect()
}

fn check(claim: &str, run: &Run) -> Result<(), String> {
    let (settings, words): (Vec<_>, Vec<_>) = claim.split_whitespace().partition(|word| word.contains('='));
    let load = Load::parse(&settings)?;
    let holds = match words.as_slice() {
        [style, "keeps-up"] => load.step(run)?.keep_up.iter().any(|other| other == style),
        [style, "is-chosen"] => load.step(run)?.choose == *style,
        [style, "uses-least-cpu"] => load.step(run)?.least_cpu == *style,
        [style, figure, sign @ (">" | "<"), times, "x", other] => {
            let times: f64 = times.parse().map_err(|error| format!("{times}: {error}"))?;
            let (low, high) = load.ratio(run, style, other, figure)?;
            if *sign == ">" { low > times } else { high < times }
        }
        _ => return Err("no such claim".into()),
    };
    holds.then_some(()).ok_or_else(|| "the recorded results do not show it".into())
}

/// The load of a claim.
struct Load {
    bytes: u64,
    delay_ms: u64,
    in_flight: usize,
}

impl Load {
    fn parse(settings: &[&str]) -> Result<Self, String> {
        let number = |name: &str| {
            let value = settings.iter().find_map(|setting| setting.strip_prefix(name)?.strip_prefix('='));
            value.map(|value| value.parse::<u64>().map_err(|error| format!("{name}: {error}"))).transpose()
        };
        let in_flight = number("in_flight")?.ok_or("in_flight is missing")?;
        Ok(Self {
            bytes: number("bytes")?.unwrap_or(BYTES),
            delay_ms: number("delay_ms")?.unwrap_or_default(),
            in_flight: usize::try_from(in_flight).map_err(|error| error.to_string())?,
        })
    }

    /// The decision for this load.
    fn step(&self, run: &Run) -> Result<Step, String> {
        let decisions = run.decisions();
        let is_same = |bytes, delay_ms| (bytes, delay_ms) == (Some(self.bytes), Some(self.delay_ms));
        let steps = decisions.iter().filter(|it| is_same(it.bytes, it.delay_ms)).flat_map(|it| &it.steps);
        let mut in_range = steps.filter(|it| (it.from_in_flight..=it.to_in_flight).contains(&self.in_flight));
        in_range.next().cloned().ok_or_else(|| "nothing was decided for this load".into())
    }

    fn group<'a>(&self, run: &'a Run) -> Result<Group<'a>, String> {
        let key = (Some(self.bytes), Some(self.delay_ms), self.in_flight);
        let mut groups = sorted(run.loops()).into_iter();
        let group = groups.find(|group| (group.bytes, group.delay_ms, group.in_flight) == key);
        group.ok_or_else(|| "this load was not measured".into())
    }

    /// The ends of the interval.
    fn ratio(&self, run: &Run, style: &str, other: &str, figure: &str) -> Result<(f64, f64), String> {
        let figure: Figure = match figure {
            "cpu" => |it| Some(it.cpu_us_per_download),
            "wall" => |it| Some(it.wall_s),
            "p99" => |it| Some(it.latency.p99_us),
            "memory" => |it| it.rss_kib_per_in_flight,
            _ => return Err(format!("there is no figure {figure}")),
        };
        let group = self.group(run)?;
        let cell = |style: &str| group.cell(style).ok_or_else(|| format!("{style} was not measured"));
        let ratio = group.ratio(cell(style)?, cell(other)?, figure).ok_or("the rounds have no interval")?;
        Ok((ratio.low, ratio.high))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::output::markdown::newest;
    use crate::record::sample::noisy;
    use crate::text::markers::tests::root;

    fn run() -> Run {
        let closed = vec![noisy("blocking", 64, 40.0, 2000.0), noisy("callbacks", 64, 20.0, 2000.0)];
        Run { closed, ..Run::default() }
    }

    #[test]
    fn a_claim_that_follows_from_the_data_is_founded() {
        for claim in [
            "blocking keeps-up in_flight=64 delay_ms=20",
            "blocking is-chosen in_flight=64 delay_ms=20 bytes=32768",
            "callbacks uses-least-cpu in_flight=64 delay_ms=20",
            "blocking cpu > 1.9 x callbacks in_flight=64 delay_ms=20",
            "callbacks memory < 0.6 x blocking in_flight=64 delay_ms=20",
        ] {
            assert_eq!(unfounded(&format!("Text. {START}{claim}{END} More."), &run()), [""; 0]);
        }
    }

    #[test]
    fn other_claims_are_refused_with_the_reason() {
        for (claim, reason) in [
            ("tokio keeps-up in_flight=64 delay_ms=20", "do not show it"),
            ("blocking cpu > 2 x callbacks in_flight=64 delay_ms=20", "do not show it"),
            ("callbacks is-chosen in_flight=64 delay_ms=20", "do not show it"),
            ("blocking keeps-up in_flight=64", "nothing was decided"),
            ("blocking cpu > 1 x tokio in_flight=64 delay_ms=20", "tokio was not measured"),
            ("blocking cpu > 1 x callbacks in_flight=1", "was not measured"),
            ("blocking charm > 1 x callbacks in_flight=64 delay_ms=20", "no figure charm"),
            ("blocking keeps-up delay_ms=20", "in_flight is missing"),
            ("blocking is best in_flight=64 delay_ms=20", "no such claim"),
        ] {
            let found = unfounded(&format!("{START}{claim}{END}"), &run());
            assert!(found.len() == 1 && found[0].contains(reason), "{claim}: {found:?}");
        }
    }

    #[test]
    fn every_claim_of_the_documentation_follows_from_the_newest_recorded_run() {
        let folder = newest(&root().join("bench/results"), "load.jsonl").unwrap();
        let run = Run::read(&folder).unwrap();
        let pages = [root(), root().join("docs")].into_iter().filter(|folder| folder.is_dir());
        let files = pages.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
        for page in files.filter(|path| path.extension().is_some_and(|it| it == "md")) {
            let found = unfounded(&fs::read_to_string(&page).unwrap(), &run);
            assert!(found.is_empty(), "{}: {found:#?}", page.display());
        }
    }
}
