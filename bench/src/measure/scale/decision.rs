//! Which style to choose when, computed from a run.
//!
//! A style keeps up if it brings as many photos per second as the best one, and its slowest hundredth is not much
//! slower; chance is allowed for by the intervals. Of those that keep up, the one with the plainest code is chosen:
//! nobody should pay for what does not help. Where it changes, there is the knee.

use std::fmt;

use serde::Serialize;

use crate::measure::cell::Cell;
use crate::stats::interval::{LEVEL, Ratio};
use crate::text::format::size;

/// So much fewer photos per second do not matter.
const SLOWER: f64 = 0.05;

/// So much longer may the 99th percentile be: 1 is twice as long.
const TAIL: f64 = 1.0;

/// Styles whose code is plainer come first.
pub(crate) const PLAINEST: [&str; 6] = ["blocking", "tokio", "smol", "async-std", "tokio-multi", "callbacks"];

/// What to do for one size of photo and one delay: a line of JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Decision {
    pub(crate) mode: &'static str,
    pub(crate) bytes: u64,
    pub(crate) delay_ms: u64,
    /// In ascending order of what is in flight.
    pub(crate) steps: Vec<Step>,
}

/// From one number in flight to another, the same style is to be chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Step {
    /// The least in flight with which it was measured.
    pub(crate) from_in_flight: usize,
    /// The most in flight with which it was measured.
    pub(crate) to_in_flight: usize,
    /// The plainest that keeps up.
    pub(crate) choose: &'static str,
    /// All that keep up at each of these numbers, the plainest first.
    pub(crate) keep_up: Vec<&'static str>,
    /// The one that uses the least CPU at the most in flight.
    pub(crate) least_cpu: &'static str,
}

/// From all closed loops of a run, those of other sizes and delays apart.
pub(crate) fn decide<'a>(groups: impl Iterator<Item = &'a [Cell]>) -> Vec<Decision> {
    let mut rungs: Vec<(u64, u64, Step)> = groups
        .filter_map(|cells| {
            let Cell { bytes, delay_ms, .. } = cells.first()?;
            Some(((*bytes)?, (*delay_ms)?, rung(cells)?))
        })
        .collect();
    rungs.sort_by_key(|(bytes, delay_ms, step)| (*bytes, *delay_ms, step.from_in_flight));
    rungs
        .chunk_by(|one, other| (one.0, one.1) == (other.0, other.1))
        .map(|rungs| {
            let steps = rungs.iter().map(|(_, _, step)| step.clone()).collect();
            Decision { mode: "decision", bytes: rungs[0].0, delay_ms: rungs[0].1, steps: merged(steps) }
        })
        .collect()
}

/// `None` unless there are styles to choose between.
fn rung(cells: &[Cell]) -> Option<Step> {
    let of = |style: &str| cells.iter().find(|cell| cell.style == style && cell.failed.is_none());
    let styles: Vec<_> = PLAINEST.into_iter().filter_map(of).collect();
    if styles.len() < 2 {
        return None;
    }
    let by = |figure: fn(&Cell) -> Option<f64>| {
        let known = styles.iter().filter_map(|cell| Some((figure(cell)?, *cell)));
        known.min_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, cell)| cell)
    };
    let fastest = by(|cell| cell.median.wall_s)?;
    let quickest = by(|cell| cell.median.p99_us)?;
    let keep_up: Vec<_> = styles
        .iter()
        .filter(|cell| !is_slower(cell, fastest, |round| round.wall_s, SLOWER))
        .filter(|cell| !is_slower(cell, quickest, |round| round.p99_us, TAIL))
        .map(|cell| cell.style)
        .collect();
    // The fastest may have a bad tail, and who has none may be slow.
    let choose = keep_up.first().copied().unwrap_or(fastest.style);
    Some(Step {
        from_in_flight: fastest.in_flight,
        to_in_flight: fastest.in_flight,
        choose,
        keep_up,
        least_cpu: by(|cell| cell.median.cpu_us_per_download)?.style,
    })
}

fn is_slower(
    cell: &Cell,
    best: &Cell,
    figure: fn(&crate::measure::trial::Figures) -> f64,
    margin: f64,
) -> bool {
    let of = |cell: &Cell| cell.rounds.iter().map(figure).collect::<Vec<_>>();
    Ratio::paired(&of(cell), &of(best), LEVEL).is_some_and(|ratio| ratio.low > 1.0 + margin)
}

fn merged(rungs: Vec<Step>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for rung in rungs {
        match steps.last_mut() {
            Some(last) if last.choose == rung.choose => {
                last.to_in_flight = rung.to_in_flight;
                last.keep_up.retain(|style| rung.keep_up.contains(style));
                last.least_cpu = rung.least_cpu;
            }
            _ => steps.push(rung),
        }
    }
    steps
}

/// The knee: "32 KiB, 20 ms: up to 64 in flight block; from 1024 await on tokio".
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} photos, {} ms of delay: ", size(self.bytes), self.delay_ms)?;
        for (index, step) in self.steps.iter().enumerate() {
            let Step { from_in_flight, to_in_flight, choose, .. } = step;
            let advice = advice(choose);
            match (index, index + 1 == self.steps.len()) {
                (0, true) => write!(f, "{advice}, from {from_in_flight} to {to_in_flight} in flight")?,
                (0, false) => write!(f, "up to {to_in_flight} in flight, {advice}")?,
                _ => write!(f, "; from {from_in_flight}, {advice}")?,
            }
        }
        Ok(())
    }
}

/// What to do, in words.
pub(crate) fn advice(style: &str) -> String {
    match style {
        "blocking" => "block".into(),
        "callbacks" => "call back".into(),
        runtime => format!("await on {runtime}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::workload::{Source, Workload};
    use crate::measure::trial::{Figures, Trial};

    /// Three rounds that differ by a hundredth.
    fn cell(style: &str, in_flight: usize, wall_s: f64, p99_us: f64) -> Cell {
        let trial = |noise: f64| {
            let trial = crate::measure::cell::tests::trial(wall_s * 10.0);
            let figures = Figures { wall_s: wall_s * noise, p99_us: p99_us * noise, ..trial.figures };
            Ok(Trial { figures, ..trial })
        };
        let workload = Workload::closed(Source::Embedded { bytes: 32 << 10, delay_ms: 20 }, in_flight, 100);
        Cell::new(&workload, style.parse().unwrap(), [1.0, 0.99, 1.01].map(trial).into())
    }

    #[test]
    fn the_plainest_that_keeps_up_is_chosen_until_the_knee() {
        let groups = [
            vec![
                cell("blocking", 1024, 3.0, 90.0),
                cell("tokio", 1024, 1.04, 50.0),
                cell("callbacks", 1024, 1.0, 50.0),
            ],
            vec![
                cell("blocking", 1, 1.03, 20.0),
                cell("tokio", 1, 1.0, 20.0),
                cell("callbacks", 1, 1.0, 20.0),
            ],
            vec![
                cell("blocking", 64, 1.0, 70.0),
                cell("tokio", 64, 1.0, 20.0),
                cell("callbacks", 64, 0.8, 20.0),
            ],
        ];
        let decisions = decide(groups.iter().map(Vec::as_slice));
        assert_eq!(decisions.len(), 1);
        let steps = &decisions[0].steps;
        let chosen: Vec<_> =
            steps.iter().map(|step| (step.choose, step.from_in_flight, step.to_in_flight)).collect();
        // At 64, blocking is quick enough but for its tail, and tokio is too slow.
        assert_eq!(chosen, [("blocking", 1, 1), ("callbacks", 64, 64), ("tokio", 1024, 1024)]);
        assert_eq!(steps[2].keep_up, ["tokio", "callbacks"]);
        assert_eq!(steps[2].least_cpu, "callbacks");
        assert_eq!(
            decisions[0].to_string(),
            "32 KiB photos, 20 ms of delay: up to 1 in flight, block; from 64, call back; from 1024, await on tokio"
        );
    }

    #[test]
    fn without_styles_there_is_nothing_to_decide() {
        let groups = [vec![cell("floor", 1, 1.0, 1.0), cell("tokio", 1, 1.0, 1.0)], Vec::new()];
        assert_eq!(decide(groups.iter().map(Vec::as_slice)), []);
    }
}
