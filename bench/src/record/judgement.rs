//! The result of comparing two runs, in a sentence or two.

use super::cell::Cell;
use super::changes::{ChangedCell, ChangedGroup, Changes, FIGURES, FLOOR};
use crate::stats::rank_sum::UnpairedRatio;

/// If `floor` has changed by more than that, the machine of the two runs was not the same.
const NEAR: f64 = 1.25;

impl Changes<'_> {
    /// Whether the machine was nearly the same in both runs, under this load: multiples of `floor` mean little otherwise.
    fn is_judged(&self, group: &ChangedGroup) -> bool {
        let Some((_, floor)) = group.floor else { return true };
        let cells = self.groups.iter().flat_map(|group| &group.cells);
        let floor =
            cells.filter(|cell| std::ptr::eq(cell.cell, floor)).flat_map(|cell| cell.ratios.iter().flatten());
        let is_far = |ratio: f64| !(1.0 / NEAR..=NEAR).contains(&ratio);
        !floor.into_iter().any(|ratio| ratio.differs() && is_far(ratio.ratio))
    }

    /// The result of the comparison, in a sentence or two.
    pub fn verdict(&self) -> String {
        let cells = || self.groups.iter().flat_map(|group| group.cells.iter().map(move |cell| (group, cell)));
        if cells().next().is_none() {
            return "Nothing is compared: the runs have no closed loop in common.".into();
        }
        if cells().all(|(_, cell)| cell.ratios.iter().all(Option::is_none)) {
            let fewest = self.fewest_rounds;
            return format!("No difference can be shown: too few rounds, {fewest} are needed in each run.");
        }
        let (judged, others): (Vec<_>, Vec<_>) = self.groups.iter().partition(|group| self.is_judged(group));
        let styles = judged.iter().flat_map(|group| {
            let cells = group.cells.iter().filter(|cell| !group.is_floor(cell));
            cells.map(|cell| (cell, group.is_steady(cell)))
        });
        let (styles, unsteady): (Vec<_>, Vec<_>) = styles.partition(|(_, is_steady)| *is_steady);
        let differing: Vec<_> = styles.iter().filter_map(|(cell, _)| cell.sentence()).collect();
        let mut verdict = match (differing.len(), styles.len()) {
            (0, 0) => "Nothing can be judged.".to_owned(),
            (0, _) => "No difference is shown.".to_owned(),
            (1, all) => format!("1 of {all} cells differs: {}.", differing[0]),
            (some, all) => format!("{some} of {all} cells differ: {}.", differing.join("; ")),
        };
        let floors = |groups: &[&ChangedGroup]| {
            let cells =
                groups.iter().flat_map(|group| group.cells.iter().filter(|cell| group.is_floor(cell)));
            cells.filter_map(ChangedCell::sentence).collect::<Vec<_>>().join("; ")
        };
        if !unsteady.is_empty() {
            let count = unsteady.len();
            verdict.extend([format!(" Not judged, because their rounds disagree too much: {count} cells.")]);
        }
        if !others.is_empty() {
            let (loads, all, floors) = (others.len(), self.groups.len(), floors(&others));
            let why = "because the machine, the kernel or the server was too different";
            verdict.extend([format!(" Not judged, {why}: {loads} of {all} loads ({floors}).")]);
        }
        let floors = floors(&judged);
        if !floors.is_empty() {
            verdict.extend([
                " The machine, the kernel or the server has changed, as floor shows: ",
                &floors,
                ".",
            ]);
        }
        if !self.is_of_one_machine() {
            verdict += " The runs are not from one machine, so this says nothing about the code.";
        }
        verdict
    }
}

impl ChangedGroup<'_> {
    fn is_floor(&self, cell: &ChangedCell) -> bool {
        self.floor.is_some() && cell.cell.style == FLOOR
    }

    /// Whether the rounds of both runs agree enough to decide anything.
    fn is_steady(&self, cell: &ChangedCell) -> bool {
        let old = self.old.cell(&cell.cell.style);
        old.is_some_and(|old| !self.old.is_unsteady(old)) && !self.new.is_unsteady(cell.cell)
    }
}

impl ChangedCell<'_> {
    /// Its differences in words; `None` without any.
    fn sentence(&self) -> Option<String> {
        let ratios = FIGURES.iter().zip(&self.ratios);
        let different =
            ratios.filter_map(|((name, _), ratio)| Some((name, ratio.filter(UnpairedRatio::differs)?)));
        let different: Vec<_> =
            different.map(|(name, ratio)| format!("{name} × {:.2}", ratio.ratio)).collect();
        let Cell { style, load, in_flight, .. } = self.cell;
        (!different.is_empty())
            .then(|| format!("{style} ({load}, {in_flight} in flight) by {}", different.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::load::Load;
    use crate::record::run::{Head, Run};
    use crate::record::sample::{failed, figures, noisy, of_rounds};

    fn run(cells: Vec<Cell>) -> Run {
        let head = Head { machine: "Z 80, 1 core (shared)".into(), ..Head::default() };
        Run { head: Some(head), closed: cells, ..Run::default() }
    }

    fn pair(floor: f64, tokio: f64) -> Run {
        run(vec![noisy("floor", 64, floor, 900.0), noisy("tokio", 64, tokio, 1000.0)])
    }

    #[test]
    fn a_slower_machine_is_no_difference_of_the_style() {
        let (old, new) = (pair(5.0, 20.0), pair(6.0, 24.0));
        let changes = Changes::new(&old, &new);
        let verdict = changes.verdict();
        assert!(
            verdict.starts_with("No difference is shown. The machine, the kernel or the server"),
            "{verdict}"
        );
        assert!(
            verdict.contains("floor (32 KiB photos, 20 ± 10 ms delay, 64 in flight) by CPU × 1.20"),
            "{verdict}"
        );
        let [_, tokio] = changes.groups[0].cells.as_slice() else { panic!("two cells") };
        assert!(tokio.ratios[3].is_some_and(|cpu| (cpu.ratio - 1.0).abs() < 1e-9), "{tokio:?}");
    }

    #[test]
    fn on_another_machine_nothing_is_judged() {
        let (old, new) = (pair(5.0, 20.0), pair(7.0, 20.0));
        let verdict = Changes::new(&old, &new).verdict();
        assert!(verdict.starts_with("Nothing can be judged. Not judged, because the machine"), "{verdict}");
    }

    #[test]
    fn a_slower_style_is_named() {
        let (old, new) = (pair(5.0, 20.0), pair(5.0, 26.0));
        let verdict = Changes::new(&old, &new).verdict();
        let expected =
            "1 of 1 cells differs: tokio (32 KiB photos, 20 ± 10 ms delay, 64 in flight) by CPU × 1.30.";
        assert_eq!(verdict, expected);
        let [old, new] = [old, new].map(|run| Run { closed: run.closed[1..].to_vec(), ..run });
        assert_eq!(Changes::new(&old, &new).verdict(), expected, "the same without floor");
    }

    #[test]
    fn a_load_without_floor_is_compared_by_the_floor_of_another() {
        let with_other = |floor: f64, tokio: f64| {
            let other = noisy("tokio", 256, tokio, 1000.0);
            let delayed = noisy("tokio", 1024, tokio, 1000.0);
            let load = Load { delay_ms: Some(200), ..delayed.load };
            Run {
                closed: [pair(floor, 20.0).closed, vec![other, Cell { load, ..delayed }]].concat(),
                ..pair(1.0, 1.0)
            }
        };
        let (old, new) = (with_other(5.0, 20.0), with_other(7.0, 28.0));
        let changes = Changes::new(&old, &new);
        assert_eq!(
            changes.groups.iter().map(|group| group.floor.is_some()).collect::<Vec<_>>(),
            [true, true, false]
        );
        assert!(!changes.groups[1].cells[0].ratios[3].unwrap().differs());
        assert!(changes.groups[2].cells[0].ratios[3].unwrap().differs());
    }

    #[test]
    fn what_cannot_be_compared_is_no_difference() {
        let few = |cpu| run(vec![of_rounds("tokio", 64, vec![figures(cpu); 2])]);
        let verdict = Changes::new(&few(1.0), &few(2.0)).verdict();
        assert!(verdict.starts_with("No difference can be shown: too few rounds, "), "{verdict}");
        let other = run(vec![noisy("tokio", 65, 1.0, 1.0), failed("smol", "no cores")]);
        let verdict = Changes::new(&pair(5.0, 20.0), &other).verdict();
        assert!(verdict.starts_with("Nothing is compared"), "{verdict}");
    }

    #[test]
    fn runs_of_several_machines_are_marked() {
        let (old, mut new) = (pair(5.0, 20.0), pair(5.0, 20.0));
        new.head.as_mut().unwrap().machine = "Z 80, 1 core (shared), rustc 2".into();
        let changes = Changes::new(&old, &new);
        assert_eq!(changes.verdict(), "No difference is shown.");
        assert_eq!(changes.conditions().len(), 1);
        new.head.as_mut().unwrap().machine = "6502, 1 core (shared)".into();
        assert!(Changes::new(&old, &new).verdict().ends_with("says nothing about the code."));
    }
}
