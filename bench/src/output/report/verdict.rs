//! What follows from a run: which style to choose when, and who is best at what.
//!
//! Figures whose rounds overlap, from the least to the most, are no different.

use super::palette::LOOKS;
use super::run::{Cell, Decision, Figure, Figures, Run, Step};
use crate::measure::scale::decision::{PLAINEST, advice};

/// Who brings so many hundredths of the photos per second of the fastest keeps up.
const AS_FAST: f64 = 0.95;

/// Who has so many times the 99th percentile of the shortest has no worse a tail.
const AS_SHORT: f64 = 2.0;

/// Everyone under the same load, in the order of the run.
pub(super) struct Group<'a> {
    pub(super) bytes: Option<u64>,
    pub(super) delay_ms: Option<u64>,
    pub(super) in_flight: u64,
    pub(super) cells: Vec<&'a Cell>,
}

/// What a style can be best at.
pub(super) struct Merit {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    figure: Figure,
    /// Multiplies what was measured to have it in `unit`.
    scale: f64,
    more_is_better: bool,
}

/// What the page compares the styles by.
pub(super) const MERITS: [Merit; 4] = [
    Merit {
        name: "most photos",
        unit: "per s",
        figure: |it| it.downloads_per_s,
        scale: 1.0,
        more_is_better: true,
    },
    Merit { name: "shortest p99", unit: "ms", figure: |it| it.p99_us, scale: 1e-3, more_is_better: false },
    Merit {
        name: "least CPU",
        unit: "µs each",
        figure: |it| it.cpu_us_per_download,
        scale: 1.0,
        more_is_better: false,
    },
    Merit {
        name: "least memory",
        unit: "KiB each",
        figure: |it| it.rss_kib_per_in_flight,
        scale: 1.0,
        more_is_better: false,
    },
];

/// Who is best at one thing.
#[derive(Debug, PartialEq)]
pub(super) struct Best<'a> {
    /// Those who are no different from the best, the best first.
    pub(super) styles: Vec<&'a str>,
    /// Those who are.
    pub(super) others: Vec<&'a str>,
    pub(super) figure: f64,
    /// Whether that is everyone.
    pub(super) no_difference: bool,
    /// Who is last, and how many times as far off.
    pub(super) last: (&'a str, f64),
}

/// The loads of closed loops, those of the same size and delay together, in ascending order of what is in flight.
pub(super) fn groups<'a>(cells: impl Iterator<Item = &'a Cell>) -> Vec<Group<'a>> {
    let mut cells: Vec<_> = cells.collect();
    let key = |cell: &&Cell| (cell.bytes, cell.delay_ms, cell.in_flight);
    let place = |cell: &&'a Cell| {
        (LOOKS.iter().position(|look| look.style == cell.style).unwrap_or(LOOKS.len()), &cell.style)
    };
    // The delay first: it is what most of the waiting is for.
    cells.sort_by_key(|cell| {
        (std::cmp::Reverse(cell.delay_ms), cell.bytes, cell.in_flight, place(cell), cell.mode != "closed")
    });
    let group = |cells: &[&'a Cell]| {
        let (bytes, delay_ms, in_flight) = key(&cells[0]);
        let mut cells = cells.to_vec();
        cells.dedup_by_key(|cell| &cell.style);
        Group { bytes, delay_ms, in_flight, cells }
    };
    cells.chunk_by(|one, other| key(one) == key(other)).map(group).collect()
}

/// The decisions of the run itself, or simpler ones from its closed loops.
pub(super) fn decisions(run: &Run) -> Vec<Decision> {
    if !run.decisions.is_empty() {
        return run.decisions.clone();
    }
    let mut decisions: Vec<Decision> = Vec::new();
    for group in groups(run.of_mode("closed").chain(run.of_mode("scale"))) {
        let (bytes, delay_ms) = (group.bytes, group.delay_ms);
        let Some(step) = group.step() else { continue };
        match decisions.last_mut() {
            Some(last) if (last.bytes, last.delay_ms) == (bytes, delay_ms) => last.add(step),
            _ => decisions.push(Decision { bytes, delay_ms, steps: vec![step] }),
        }
    }
    decisions
}

impl<'a> Group<'a> {
    pub(super) fn of(&self, style: &str) -> Option<&'a Cell> {
        self.cells.iter().find(|cell| cell.style == style && cell.failed.is_none()).copied()
    }

    /// `None` unless there are styles to compare.
    pub(super) fn best(&self, merit: &Merit) -> Option<Best<'a>> {
        let mut ranked: Vec<_> = self
            .styles()
            .into_iter()
            .filter_map(|cell| Some(((merit.figure)(&cell.figures).filter(|it| *it > 0.0)?, cell)))
            .collect();
        ranked.sort_by(
            |(one, _), (other, _)| {
                if merit.more_is_better { other.total_cmp(one) } else { one.total_cmp(other) }
            },
        );
        let [(figure, best), .., (worst, last)] = ranked.as_slice() else { return None };
        let (same, others): (Vec<_>, Vec<_>) =
            ranked.iter().map(|(_, cell)| *cell).partition(|cell| is_same(cell, best, merit.figure));
        let names = |cells: &[&'a Cell]| cells.iter().map(|cell| cell.style.as_str()).collect::<Vec<_>>();
        let times = if merit.more_is_better { figure / worst } else { worst / figure };
        Some(Best {
            no_difference: others.is_empty(),
            styles: names(&same),
            others: names(&others),
            figure: figure * merit.scale,
            last: (&last.style, times),
        })
    }

    fn step(&self) -> Option<Step> {
        let [photos, tail, cpu, _] = &MERITS;
        let (fastest, shortest) = (self.best(photos)?, self.best(tail)?);
        let mut keep_up: Vec<_> = self.styles();
        keep_up.retain(|cell| {
            let Figures { downloads_per_s, p99_us, .. } = cell.figures;
            let as_fast = downloads_per_s.is_some_and(|it| it >= fastest.figure * AS_FAST);
            let as_short = p99_us.is_some_and(|it| it * tail.scale <= shortest.figure * AS_SHORT);
            (as_fast || fastest.styles.contains(&&*cell.style))
                && (as_short || shortest.styles.contains(&&*cell.style))
        });
        keep_up.sort_by_key(|cell| PLAINEST.iter().position(|style| *style == cell.style));
        let keep_up: Vec<_> = keep_up.into_iter().map(|cell| cell.style.clone()).collect();
        Some(Step {
            from_in_flight: self.in_flight,
            to_in_flight: self.in_flight,
            // The fastest may have a bad tail, and who has none may be slow.
            choose: keep_up.first().cloned().unwrap_or_else(|| fastest.styles[0].to_owned()),
            keep_up,
            least_cpu: self.best(cpu)?.styles[0].to_owned(),
        })
    }

    /// `floor` and what is used by hand are no choice.
    fn styles(&self) -> Vec<&'a Cell> {
        let is_style = |cell: &&&Cell| PLAINEST.contains(&&*cell.style) && cell.failed.is_none();
        self.cells.iter().filter(is_style).copied().collect()
    }
}

impl Merit {
    /// The figure of a cell, in `unit`.
    pub(super) fn of(&self, cell: &Cell) -> Option<f64> {
        (self.figure)(&cell.figures).map(|figure| figure * self.scale)
    }
}

fn is_same(one: &Cell, other: &Cell, figure: Figure) -> bool {
    let range = |cell: &Cell| cell.spread(figure).or_else(|| figure(&cell.figures).map(|it| (it, it)));
    range(one).zip(range(other)).is_some_and(|(one, other)| one.0 <= other.1 && other.0 <= one.1)
}

impl Decision {
    fn add(&mut self, step: Step) {
        match self.steps.last_mut() {
            Some(last) if last.choose == step.choose => {
                last.to_in_flight = step.to_in_flight;
                last.keep_up.retain(|style| step.keep_up.contains(style));
                last.least_cpu = step.least_cpu;
            }
            _ => self.steps.push(step),
        }
    }

    /// The answer in a sentence or two: "Up to 64 at once, block. From 1024, await on tokio."
    pub(super) fn answer(&self) -> String {
        let sentence = |(index, step): (usize, &Step)| {
            let Step { from_in_flight: from, to_in_flight: to, choose, .. } = step;
            let advice = advice(choose);
            match (index, self.steps.len()) {
                (0, 1) if from == to => format!("{from} at once: {advice}."),
                (0, 1) => format!("From {from} to {to} at once, {advice}."),
                (0, _) if *to == 1 => format!("One at a time, {advice}."),
                (0, _) => format!("Up to {to} at once, {advice}."),
                _ => format!("From {from}, {advice}."),
            }
        };
        self.steps.iter().enumerate().map(sentence).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::run::tests::cell;
    use super::*;

    fn run(cells: Vec<Cell>) -> Run {
        Run { cells, ..Run::default() }
    }

    #[test]
    fn who_overlaps_with_the_best_is_no_different() {
        let run = run(vec![
            cell("floor", 64, 1.0, 1.0),
            cell("smol", 64, 22.0, 900.0),
            cell("tokio", 64, 20.0, 800.0),
            cell("blocking", 64, 80.0, 850.0),
        ]);
        let groups = groups(run.of_mode("closed"));
        assert_eq!(groups.len(), 1);
        let least_cpu = groups[0].best(&MERITS[2]).unwrap();
        assert_eq!(least_cpu.styles, ["tokio", "smol"]);
        assert_eq!(least_cpu.others, ["blocking"]);
        assert!(!least_cpu.no_difference && (least_cpu.figure - 20.0).abs() < 1e-9);
        assert_eq!(least_cpu.last, ("blocking", 4.0));
        let shortest = groups[0].best(&MERITS[1]).unwrap();
        assert!(shortest.no_difference && (shortest.figure - 0.8).abs() < 1e-9);
    }

    #[test]
    fn the_plainest_that_keeps_up_is_chosen_until_the_knee() {
        let mut cells = Vec::new();
        for in_flight in [1, 64, 1024] {
            let tail = if in_flight == 1024 { 5000.0 } else { 1000.0 };
            cells.push(cell("blocking", in_flight, 80.0, tail));
            cells.push(cell("callbacks", in_flight, 20.0, 1000.0));
            cells.push(cell("tokio", in_flight, 30.0, 1000.0));
        }
        let decisions = decisions(&run(cells));
        assert_eq!(decisions.len(), 1);
        let steps = &decisions[0].steps;
        assert_eq!(steps[1].keep_up, ["tokio", "callbacks"]);
        assert!(steps.iter().all(|step| step.least_cpu == "callbacks"));
        assert_eq!(decisions[0].answer(), "Up to 64 at once, block. From 1024, await on tokio.");
    }

    #[test]
    fn what_the_run_decided_goes_before() {
        let mut run = run(vec![cell("tokio", 1, 1.0, 1.0), cell("smol", 1, 1.0, 1.0)]);
        assert_eq!(decisions(&run).len(), 1);
        run.decisions = vec![Decision { bytes: Some(7), delay_ms: None, steps: Vec::new() }];
        assert_eq!(decisions(&run)[0].bytes, Some(7));
        assert!(decisions(&Run::default()).is_empty());
    }
}
