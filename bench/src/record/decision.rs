//! The choice of a style for each load, computed from a run.
//!
//! A style keeps up if the rounds show two things: it is at most 5 % slower than the best style, and its p99 (its p90 where
//! rounds are too short) is at most twice the shortest one. The unfavourable end of each interval counts, so noise proves
//! nothing. Of the styles that keep up, the one with the plainest code is chosen. A cell whose rounds disagree too much,
//! that others slowed, or whose tail is unknown does not keep up. A group whose best cell is such a one decides nothing;
//! nor do too few rounds.

use serde::{Deserialize, Serialize};

use super::cell::{Cell, PLAINEST};
use super::figures::Figure;
use super::group::Group;
use super::load::Load;
use super::undecided::Undecided;
use crate::stats::interval::fewest_rounds;

/// A style that keeps up takes at most this share longer than the best one.
pub(crate) const SLOWER: f64 = 0.05;

/// The p99 of a style that keeps up is at most this share longer than the shortest one: 1 is twice as long.
const TAIL: f64 = 1.0;

/// The tails, of which the first that is known is compared.
const TAILS: [(&str, Figure); 2] =
    [("p99", |it| Some(it.latency.p99_us)), ("p90", |it| Some(it.latency.p90_us))];

/// The choice for one load.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Decision {
    #[serde(flatten)]
    pub(crate) load: Load,
    /// The steps, in ascending order of the downloads in flight.
    pub(crate) steps: Vec<Step>,
    /// The numbers in flight that were measured and decide nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) undecided: Vec<usize>,
}

/// A range of numbers in flight with one chosen style and the same styles that keep up.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Step {
    /// The least in flight with which it was measured.
    pub(crate) from_in_flight: usize,
    /// The most in flight with which it was measured.
    pub(crate) to_in_flight: usize,
    /// The plainest style that keeps up.
    pub(crate) choose: String,
    /// The styles that keep up at each of these numbers, the plainest first.
    pub(crate) keep_up: Vec<String>,
    /// The style that uses the least CPU at the most in flight.
    pub(crate) least_cpu: String,
    /// The other styles that are not shown to use more CPU there, the plainest first.
    pub(crate) like_least_cpu: Vec<String>,
    /// The largest share of the time that the server was busy, where it may have held back the fastest style.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) busy_server: Option<f64>,
}

/// The decisions that follow from these groups, one for each load that has a choice.
pub(crate) fn decide(groups: &[Group]) -> Vec<Decision> {
    let of_loads = groups.chunk_by(|one, other| one.load == other.load).map(Decision::of);
    of_loads.filter(|decision| !decision.steps.is_empty()).collect()
}

/// The reason why groups without any decision have none: that of the group which is closest to one.
pub(crate) fn undecided(groups: &[Group]) -> Undecided {
    groups.iter().filter_map(|group| step(group).err()).max().unwrap_or(Undecided::NoStyles)
}

/// The styles of a group that have figures, the plainest first.
pub(crate) fn styles<'a>(group: &Group<'a>) -> Vec<&'a Cell> {
    PLAINEST.into_iter().filter_map(|style| group.cell(style)).collect()
}

/// The choice for one group.
///
/// # Errors
///
/// If the group decides nothing, with the reason.
pub(crate) fn step<'a>(group: &Group<'a>) -> Result<Step, Undecided> {
    const WALL: Figure = |it| Some(it.wall_s);
    const CPU: Figure = |it| Some(it.cpu_us_per_download);
    let styles = styles(group);
    if styles.len() < 2 {
        return Err(Undecided::NoStyles);
    }
    if group.level().is_none() {
        let rounds = group.cells.iter().map(|cell| cell.rounds.len()).max().unwrap_or_default();
        return Err(Undecided::FewRounds { rounds, needed: fewest_rounds(group.cells.len()) });
    }
    let tail = TAILS.into_iter().find(|(name, _)| styles.iter().any(|cell| cell.knows(name)));
    let (tail_name, tail) = tail.ok_or(Undecided::FewDownloads)?;
    let with_tail: Vec<_> = styles.iter().copied().filter(|cell| cell.knows(tail_name)).collect();
    let least = |cells: &[&'a Cell], figure: Figure| {
        let all = cells.iter().filter_map(|cell| Some((cell.figure(figure)?, *cell)));
        let least = all.min_by(|(one, _), (other, _)| one.total_cmp(other));
        least.map(|(_, cell)| cell).ok_or(Undecided::NoStyles)
    };
    let (fastest, thriftiest) = (least(&styles, WALL)?, least(&styles, CPU)?);
    let quickest = least(&with_tail, tail)?;
    // The others cannot be judged by a doubtful one.
    if let Some(best) = [fastest, quickest].into_iter().find(|best| group.is_doubtful(best)) {
        let is_unsteady = group.is_unsteady(best);
        return Err(if is_unsteady { Undecided::Unsteady } else { Undecided::Slowed });
    }
    let is_close = |cell: &Cell, best: &Cell, figure, margin: f64| {
        cell.style == best.style
            || group.ratio(cell, best, figure).is_some_and(|ratio| ratio.high <= 1.0 + margin)
    };
    let is_as_good = |cell: &&&Cell| {
        !group.is_doubtful(cell)
            && is_close(cell, fastest, WALL, SLOWER)
            && cell.knows(tail_name)
            && is_close(cell, quickest, tail, TAIL)
    };
    let is_as_thrifty = |cell: &&&Cell| {
        let is_more = group.ratio(cell, thriftiest, CPU).is_some_and(|ratio| ratio.low > 1.0);
        cell.style != thriftiest.style && !is_more
    };
    let names = |cells: Vec<&&Cell>| cells.iter().map(|cell| cell.style.clone()).collect::<Vec<_>>();
    let keep_up = names(styles.iter().filter(is_as_good).collect());
    Ok(Step {
        from_in_flight: group.in_flight,
        to_in_flight: group.in_flight,
        // The fastest may have a long tail, and a style without one may be slow.
        choose: keep_up.first().unwrap_or(&fastest.style).clone(),
        keep_up,
        least_cpu: thriftiest.style.clone(),
        like_least_cpu: names(styles.iter().filter(is_as_thrifty).collect()),
        busy_server: fastest.server_share().filter(|_| fastest.is_server_bound()),
    })
}

impl Decision {
    /// The decision of groups with the same load, in ascending order of what is in flight.
    fn of(groups: &[Group]) -> Self {
        let mut all = Self { load: groups[0].load, steps: Vec::new(), undecided: Vec::new() };
        for group in groups {
            match step(group) {
                Ok(step) => all.add(step),
                Err(_) => all.undecided.push(group.in_flight),
            }
        }
        all
    }

    fn add(&mut self, step: Step) {
        let last = self.steps.last().map_or(0, |last| last.to_in_flight);
        let is_next = !self.is_undecided_between(last, step.from_in_flight);
        match self.steps.last_mut() {
            // If other styles keep up, a reader may choose another one, so that is another row.
            Some(last) if is_next && (&last.choose, &last.keep_up) == (&step.choose, &step.keep_up) => {
                let busy_server = last.busy_server.into_iter().chain(step.busy_server).reduce(f64::max);
                *last = Step { from_in_flight: last.from_in_flight, busy_server, ..step };
            }
            _ => self.steps.push(step),
        }
    }

    /// Whether a number in flight between these two decides nothing, so that nothing is known of them together.
    pub(super) fn is_undecided_between(&self, from: usize, to: usize) -> bool {
        self.undecided.iter().any(|number| from < *number && *number < to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::figures::Figures;
    use crate::record::group::sorted;
    use crate::record::sample::{figures, noisy, of_rounds};
    use crate::stats::latency::Percentiles;

    /// Rounds that differ by a hundredth.
    fn cell(style: &str, in_flight: usize, wall_s: f64, p99_us: f64) -> Cell {
        let round = |noise: f64| Figures {
            wall_s: wall_s * noise,
            latency: Percentiles { p99_us: p99_us * noise, ..Percentiles::default() },
            ..figures(wall_s * 10.0)
        };
        of_rounds(style, in_flight, [1.0, 0.99, 1.01].repeat(7).into_iter().map(round).collect())
    }

    #[test]
    fn the_plainest_that_keeps_up_is_chosen_until_the_knee() {
        let cells = [
            cell("blocking", 1024, 3.0, 90.0),
            cell("tokio", 1024, 1.04, 50.0),
            cell("callbacks", 1024, 1.0, 50.0),
            cell("blocking", 1, 1.03, 20.0),
            cell("tokio", 1, 1.0, 20.0),
            cell("callbacks", 1, 1.0, 20.0),
            cell("blocking", 64, 1.0, 70.0),
            cell("tokio", 64, 1.0, 20.0),
            cell("callbacks", 64, 0.8, 20.0),
        ];
        let decisions = decide(&sorted(cells.iter()));
        assert_eq!(decisions.len(), 1);
        let steps = &decisions[0].steps;
        let chosen: Vec<_> =
            steps.iter().map(|step| (&*step.choose, step.from_in_flight, step.to_in_flight)).collect();
        // At 64, blocking is quick enough except for its tail, and tokio is too slow.
        assert_eq!(chosen, [("blocking", 1, 1), ("callbacks", 64, 64), ("tokio", 1024, 1024)]);
        assert_eq!(steps[2].keep_up, ["tokio", "callbacks"]);
        assert_eq!(steps[2].least_cpu, "callbacks");
        assert_eq!(
            decisions[0].to_string(),
            "32 KiB photos, 20 ± 10 ms delay: One at a time, block. From 64, call back. From 1024, await on tokio. \
             Only callbacks is shown to keep up with 64 in flight."
        );
    }

    #[test]
    fn styles_share_the_least_cpu_unless_one_is_shown_to_use_more() {
        let mut cells = [
            noisy("blocking", 64, 30.0, 20.0),
            noisy("ureq", 64, 10.01, 20.0),
            noisy("callbacks", 64, 10.0, 20.0),
            noisy("smol", 64, 10.02, 20.0),
        ];
        let least_cpu = |cells: &[Cell]| decide(&sorted(cells.iter()))[0].steps[0].least_cpu();
        assert_eq!(least_cpu(&cells), "callbacks");
        cells[2].rounds.rotate_left(1); // the same figures in other rounds
        assert_eq!(least_cpu(&cells), "callbacks, ureq, smol");
    }

    #[test]
    fn rows_are_split_where_other_styles_keep_up() {
        let cells = [
            cell("blocking", 1, 1.0, 20.0),
            cell("tokio", 1, 1.0, 20.0),
            cell("callbacks", 1, 1.0, 20.0),
            cell("blocking", 64, 1.0, 20.0),
            cell("tokio", 64, 1.0, 20.0),
            cell("callbacks", 64, 1.2, 20.0),
        ];
        let decisions = decide(&sorted(cells.iter()));
        let keep_up: Vec<_> = decisions[0].steps.iter().map(|step| step.keep_up.len()).collect();
        assert_eq!(keep_up, [3, 2]);
        assert_eq!(decisions[0].answer(), "From 1 to 64 at once, block.");
    }

    #[test]
    fn a_load_that_decides_nothing_parts_the_rows() {
        let mut cells =
            [1, 64, 1024].map(|number| ["blocking", "tokio"].map(|style| cell(style, number, 1.0, 20.0)));
        cells[1][0].taken_share = 0.5;
        let decisions = decide(&sorted(cells.iter().flatten()));
        let answer = "One at a time, block. From 1024, block. Undecided: 64 at once.";
        assert_eq!((decisions.len(), decisions[0].answer()), (1, answer.into()));
        assert_eq!(decisions[0].steps.len(), 2, "{decisions:?}");
    }

    #[test]
    fn noise_does_not_keep_up() {
        let keep_up = |noise: &[f64]| {
            let round = |noise: &f64| Figures {
                wall_s: 1.01 * noise,
                latency: Percentiles { p99_us: 20.0, ..Percentiles::default() },
                ..figures(10.0)
            };
            let noisy = of_rounds("blocking", 1, noise.iter().map(round).collect());
            let cells = [noisy, cell("tokio", 1, 1.0, 20.0), cell("smol", 1, 1.0, 20.0)];
            decide(&sorted(cells.iter())).pop().map(|decision| decision.steps[0].keep_up.clone())
        };
        assert_eq!(keep_up(&[1.0; 21]), Some(["blocking", "tokio", "smol"].map(Into::into).into()));
        let noisy = [0.9, 1.0, 1.1].repeat(7);
        assert_eq!(keep_up(&noisy), Some(["tokio", "smol"].map(Into::into).into()));
    }

    #[test]
    fn where_a_round_has_no_p99_the_p90_is_compared() {
        let cell = |style, p90_us: f64| {
            let latency = Percentiles { p90_us, p99_us: 1.0 / p90_us, ..Percentiles::default() };
            Cell { count: 54, ..of_rounds(style, 1, vec![Figures { latency, ..figures(10.0) }; 21]) }
        };
        let decisions = decide(&sorted([cell("blocking", 50.0), cell("tokio", 20.0)].iter()));
        assert_eq!(decisions[0].steps[0].keep_up, ["tokio"]);
    }

    #[test]
    fn a_style_whose_tail_is_unknown_does_not_keep_up() {
        let of = |style, p99_us| cell(style, 64, 1.0, p99_us);
        let mut cells = [of("blocking", 1.0), of("tokio", 50.0), of("smol", 20.0)];
        cells[0].lacks_latencies = true;
        assert_eq!(decide(&sorted(cells.iter()))[0].steps[0].keep_up, ["smol"]);
    }

    #[test]
    fn few_rounds_or_styles_decide_nothing() {
        let few = |style| of_rounds(style, 1, vec![figures(10.0); 5]);
        assert_eq!(decide(&sorted([few("tokio"), few("smol")].iter())), []);
        let cells = [cell("floor", 1, 1.0, 1.0), cell("tokio", 1, 1.0, 1.0)];
        assert_eq!(decide(&sorted(cells.iter())), []);
    }
}
