//! The cells of one load: one table.

use std::cmp::Reverse;

use super::cell::{Cell, TAKEN};
use super::figures::Figure;
use super::load::Load;
use crate::stats::interval::{MedianInterval, PairedRatio, error_in_table, level_in_table};

/// Above this ratio of the ends of a median's interval, the rounds disagree too much to decide anything.
const UNSTEADY: f64 = 1.25;

/// Every client under the same load, in the order of the run.
#[derive(Clone, Debug)]
pub(crate) struct Group<'a> {
    pub(crate) load: Load,
    pub(crate) in_flight: usize,
    pub(crate) cells: Vec<&'a Cell>,
}

/// The groups of a part, in the order of the run.
pub(crate) fn in_order(cells: &[Cell]) -> impl Iterator<Item = Group<'_>> {
    cells.chunk_by(|one, other| key(one) == key(other)).map(|cells| Group::of(cells.iter().collect()))
}

/// The groups of several parts, the longest delay first, then in ascending order of what is in flight; https, fresh
/// connections and more cores come last. Where a style was
/// measured twice under the same load, the first result counts.
pub(crate) fn sorted<'a>(cells: impl Iterator<Item = &'a Cell>) -> Vec<Group<'a>> {
    let mut cells: Vec<_> = cells.collect();
    // The plain transport first, then the delay: it is what most of the waiting is for.
    cells.sort_by_key(|cell| {
        let Load { bytes, delay_ms, transport, client_cores } = cell.load;
        (client_cores, transport, Reverse(delay_ms), bytes, cell.in_flight)
    });
    let group = |cells: &[&'a Cell]| {
        let mut once: Vec<&Cell> = Vec::new();
        for cell in cells {
            if !once.iter().any(|other| other.style == cell.style) {
                once.push(cell);
            }
        }
        Group::of(once)
    };
    cells.chunk_by(|one, other| key(one) == key(other)).map(group).collect()
}

fn key(cell: &Cell) -> (Load, usize) {
    (cell.load, cell.in_flight)
}

impl<'a> Group<'a> {
    /// Whether both groups have the same load.
    pub(crate) fn has_load_of(&self, other: &Self) -> bool {
        key(self.cells[0]) == key(other.cells[0]) && self.cells[0].url == other.cells[0].url
    }

    /// The group of these cells, which have the same load.
    pub(crate) fn of(cells: Vec<&'a Cell>) -> Self {
        let (load, in_flight) = key(cells[0]);
        Self { load, in_flight, cells }
    }

    /// The cell of this style, if it has figures.
    pub(crate) fn cell(&self, style: &str) -> Option<&'a Cell> {
        self.cells.iter().find(|cell| cell.style == style && cell.figures.is_some()).copied()
    }

    /// The ratio of a figure to that of `base`, whose interval has its part of the table's error.
    pub(crate) fn ratio(&self, cell: &Cell, base: &Cell, figure: Figure) -> Option<PairedRatio> {
        cell.ratio(base, figure, error_in_table(self.cells.len()))
    }

    /// Whether the rounds of a cell disagree too much to decide anything. A round that was slow for all of the group, as on
    /// a busy machine, is no disagreement: each round is compared with the others of the same turn.
    pub(crate) fn is_unsteady(&self, cell: &Cell) -> bool {
        const FIGURES: [Figure; 2] = [|it| Some(it.wall_s), |it| Some(it.cpu_us_per_download)];
        let disagrees = |it: MedianInterval| it.high > it.low * UNSTEADY;
        FIGURES.into_iter().any(|figure| {
            let relative = cell.values(figure).map(|own| self.relative(&own, figure));
            relative.and_then(|relative| MedianInterval::of(&relative)).is_some_and(disagrees)
        })
    }

    /// Whether a cell can decide nothing: its rounds disagree too much, a CPU quota made it wait, or others had its core.
    pub(crate) fn is_doubtful(&self, cell: &Cell) -> bool {
        cell.throttled_rounds > 0 || cell.taken_share > TAKEN || self.is_unsteady(cell)
    }

    /// The figures of a cell's rounds, as multiples of the median of the group in each round.
    fn relative(&self, own: &[f64], figure: Figure) -> Vec<f64> {
        let all = self.cells.iter().filter_map(|cell| cell.values(figure));
        let all: Vec<_> = all.filter(|values| values.len() == own.len()).collect();
        if all.len() < 3 {
            return own.to_vec();
        }
        let level = |round: usize| {
            let mut values: Vec<_> = all.iter().map(|values| values[round]).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        own.iter().enumerate().map(|(round, value)| value / level(round)).collect()
    }

    /// The true level of each comparison; `None` if the rounds are too few for any.
    pub(crate) fn level(&self) -> Option<f64> {
        level_in_table(self.cells.len(), self.cells.iter().map(|cell| cell.rounds.len()).max()?)
    }

    /// The smallest difference in CPU to the best style that nine of ten tables show, and the style whose row needs it:
    /// among the styles that decide, or among the doubtful ones. `None` if the rounds show no difference at all.
    pub(crate) fn resolution(&self, of_doubtful: bool) -> Option<(f64, &'a str)> {
        self.level()?;
        let styles =
            self.cells.iter().filter(|cell| cell.is_style() && self.is_doubtful(cell) == of_doubtful);
        let versus = styles.filter_map(|cell| Some((cell, cell.cpu_vs_best.as_ref()?)));
        let others = versus.filter(|(cell, versus)| cell.style != versus.style);
        let all = others.filter_map(|(cell, versus)| Some((versus.ratio?.resolution(), &*cell.style)));
        all.max_by(|(one, _), (other, _)| one.total_cmp(other))
    }

    /// The rounds of the cells, in words; empty if no cell has figures.
    pub(crate) fn rounds(&self) -> String {
        rounds(self.cells.iter().map(|cell| cell.rounds.len()))
    }
}

/// ", median of 5 rounds".
pub(crate) fn rounds(cells: impl Iterator<Item = usize>) -> String {
    match cells.max().unwrap_or_default() {
        0 => String::new(),
        1 => ", 1 round".into(),
        several => format!(", median of {several} rounds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::{figures, noisy, of_rounds};

    #[test]
    fn only_a_disturbance_of_its_own_makes_a_cell_unsteady() {
        let cell =
            |style: &str, cpus: &[f64]| of_rounds(style, 1, cpus.iter().copied().map(figures).collect());
        let busy = [1.0, 2.0, 3.0].repeat(7);
        let wild = [1.0, 9.0, 3.0].repeat(7);
        let cells = [cell("floor", &busy), cell("tokio", &busy), cell("smol", &busy), cell("ureq", &wild)];
        let group = Group::of(cells.iter().collect());
        assert!(cells[..3].iter().all(|cell| !group.is_unsteady(cell)));
        assert!(group.is_unsteady(&cells[3]));
        assert!(Group::of(vec![&cells[0]]).is_unsteady(&cells[0]), "nothing to compare it with");
    }

    #[test]
    fn each_load_is_a_group_and_each_style_is_in_it_once() {
        let closed = [noisy("tokio", 64, 1.0, 1.0), noisy("tokio", 1, 1.0, 1.0)];
        let scale = [noisy("tokio", 64, 2.0, 1.0), noisy("smol", 64, 1.0, 1.0)];
        let groups = sorted(closed.iter().chain(&scale));
        let styles = |group: &Group| group.cells.iter().map(|cell| cell.style.clone()).collect::<Vec<_>>();
        assert_eq!(groups.iter().map(|group| group.in_flight).collect::<Vec<_>>(), [1, 64]);
        assert_eq!(styles(&groups[1]), ["tokio", "smol"]);
        assert_eq!(groups[1].cells[0].figures, closed[0].figures);
        assert_eq!(in_order(&closed).map(|group| group.in_flight).collect::<Vec<_>>(), [64, 1]);
    }
}
