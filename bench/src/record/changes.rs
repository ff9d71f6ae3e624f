//! The changes between two runs with the same loads.
//!
//! A machine is never as fast as it was an hour ago, and all rounds of a run share that. So each style is compared by its
//! multiple of `floor` in the same round; `floor` itself shows what has happened to the machine. Runs without `floor`
//! are compared by the figures themselves.

use super::cell::Cell;
use super::figures::Figure;
use super::group::{Group, in_order};
use super::run::Run;
use crate::stats::interval::TABLE_ERROR;
use crate::stats::latency::Percentiles;
use crate::stats::rank_sum::{UnpairedRatio, fewest};

/// The client that does as little as any can.
const FLOOR: &str = "floor";

/// The figures that are compared.
pub(crate) const FIGURES: [(&str, Figure); 4] = [
    ("photos per s", |it| Some(it.downloads_per_s)),
    ("p50", |it| Some(it.latency.p50_us)),
    ("p99", |it| Some(it.latency.p99_us)),
    ("CPU", |it| Some(it.cpu_us_per_download)),
];

/// The comparison of a run with an older one.
#[derive(Debug)]
pub struct Changes<'a> {
    pub(crate) old: &'a Run,
    pub(crate) new: &'a Run,
    pub(crate) groups: Vec<ChangedGroup<'a>>,
    /// A ratio needs as many rounds in each run.
    pub(crate) fewest_rounds: usize,
}

/// The cells of one load.
#[derive(Debug)]
pub(crate) struct ChangedGroup<'a> {
    pub(crate) old: Group<'a>,
    pub(crate) new: Group<'a>,
    /// Whether the ratios are those of multiples of `floor`.
    pub(crate) by_floor: bool,
    pub(crate) cells: Vec<ChangedCell<'a>>,
}

/// A client that both runs have measured.
#[derive(Debug)]
pub(crate) struct ChangedCell<'a> {
    pub(crate) style: &'a str,
    /// The ratio of each of [`FIGURES`]; `None` if it is unknown, or the rounds are too few.
    pub(crate) ratios: [Option<UnpairedRatio>; FIGURES.len()],
}

/// The rounds of one figure in both runs.
type Samples = (Vec<f64>, Vec<f64>);

/// The samples of all figures of one client.
type CellSamples<'a> = (&'a str, [Option<Samples>; FIGURES.len()]);

impl<'a> Changes<'a> {
    /// Compares all closed loops that both runs have. All intervals together are wrong in at most 5 % of comparisons.
    pub fn new(old: &'a Run, new: &'a Run) -> Self {
        let in_common =
            groups_in_common(&old.closed, &new.closed).chain(groups_in_common(&old.scale, &new.scale));
        let groups: Vec<_> = in_common.map(|(old, new)| (samples(&old, &new), old, new)).collect();
        let samples = groups.iter().flat_map(|(cells, ..)| cells.iter().flat_map(|(_, samples)| samples));
        let error = TABLE_ERROR / samples.flatten().count().max(1) as f64;
        let ratio = |samples: &Option<Samples>| {
            samples.as_ref().and_then(|(old, new)| UnpairedRatio::of(old, new, error))
        };
        let group = |(cells, old, new): (Vec<CellSamples<'a>>, Group<'a>, Group<'a>)| {
            let by_floor = floor(&old).is_some() && floor(&new).is_some();
            let cells = cells
                .into_iter()
                .map(|(style, samples)| ChangedCell { style, ratios: samples.each_ref().map(ratio) });
            ChangedGroup { by_floor, cells: cells.collect(), old, new }
        };
        Self { old, new, groups: groups.into_iter().map(group).collect(), fewest_rounds: fewest(error) }
    }

    /// Whether both runs are from one machine, as far as is known.
    pub(crate) fn is_of_one_machine(&self) -> bool {
        let heads = self.old.head.as_ref().zip(self.new.head.as_ref());
        heads.is_some_and(|(old, new)| old.is_from_machine_of(new))
    }

    /// Everything that is recorded of both runs and is not the same: its name, old and new.
    pub(crate) fn conditions(&self) -> Vec<(String, String, String)> {
        let Some((old, new)) = self.old.head.as_ref().zip(self.new.head.as_ref()) else { return Vec::new() };
        let commit = |commit: &Option<String>| commit.clone().unwrap_or_else(|| "unknown".into());
        let mut all = vec![
            ("machine".to_owned(), old.machine.clone(), new.machine.clone()),
            ("commit".to_owned(), commit(&old.commit), commit(&new.commit)),
        ];
        for (library, version) in &new.versions {
            let before = old.versions.get(library).cloned().unwrap_or_else(|| "unknown".into());
            all.push((library.clone(), before, version.clone()));
        }
        all.retain(|(_, old, new)| old != new);
        all
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
        let of_machine =
            |(group, cell): &(&ChangedGroup, &ChangedCell)| group.by_floor && cell.style == FLOOR;
        let (floors, styles): (Vec<_>, Vec<_>) = cells().partition(of_machine);
        let differing: Vec<_> = styles.iter().filter_map(|(group, cell)| cell.sentence(group)).collect();
        let machine: Vec<_> = floors.iter().filter_map(|(group, cell)| cell.sentence(group)).collect();
        let mut verdict = match (differing.len(), styles.len()) {
            (0, _) => "No difference is shown.".to_owned(),
            (1, all) => format!("1 of {all} cells differs: {}.", differing[0]),
            (some, all) => format!("{some} of {all} cells differ: {}.", differing.join("; ")),
        };
        if !machine.is_empty() {
            let by = machine.join("; ");
            verdict.extend([
                " The machine, the kernel or the server has changed, as floor shows: ",
                &by,
                ".",
            ]);
        }
        if !self.is_of_one_machine() {
            verdict += " The runs are not from one machine, so this says nothing about the code.";
        }
        verdict
    }
}

impl ChangedCell<'_> {
    /// Its differences in words; `None` without any.
    fn sentence(&self, group: &ChangedGroup) -> Option<String> {
        let ratios = FIGURES.iter().zip(&self.ratios);
        let different =
            ratios.filter_map(|((name, _), ratio)| Some((name, ratio.filter(UnpairedRatio::differs)?)));
        let different: Vec<_> =
            different.map(|(name, ratio)| format!("{name} × {:.2}", ratio.ratio)).collect();
        let Group { load, in_flight, .. } = &group.new;
        (!different.is_empty())
            .then(|| format!("{} ({load}, {in_flight} in flight) by {}", self.style, different.join(", ")))
    }
}

fn groups_in_common<'a>(old: &'a [Cell], new: &'a [Cell]) -> impl Iterator<Item = (Group<'a>, Group<'a>)> {
    in_order(new).filter_map(|new| Some((in_order(old).find(|old| old.has_load_of(&new))?, new)))
}

fn floor<'a>(group: &Group<'a>) -> Option<&'a Cell> {
    group.cell(FLOOR)
}

/// The rounds of each client that both groups have measured, for each figure.
fn samples<'a>(old: &Group<'a>, new: &Group<'a>) -> Vec<CellSamples<'a>> {
    let floors = floor(old).zip(floor(new));
    let cells = new.cells.iter().filter_map(|cell| Some((old.cell(&cell.style)?, new.cell(&cell.style)?)));
    let samples = |(old, new): (&'a Cell, &'a Cell)| {
        let of = FIGURES.map(|(name, figure)| {
            let percentile = Percentiles::ALL.iter().find(|percentile| percentile.name == name);
            let is_known = |cell: &Cell| percentile.is_none_or(|it| cell.percentile(it).is_some());
            let (old_floor, new_floor) = floors.filter(|_| new.style != FLOOR).unzip();
            let samples = (multiples(old, old_floor, figure)?, multiples(new, new_floor, figure)?);
            (is_known(old) && is_known(new)).then_some(samples)
        });
        (new.style.as_str(), of)
    };
    cells.map(samples).collect()
}

/// The figure of each round, as a multiple of that of `floor` in the same round.
fn multiples(cell: &Cell, floor: Option<&Cell>, figure: Figure) -> Option<Vec<f64>> {
    let own = cell.values(figure)?;
    let Some(floor) = floor else { return Some(own) };
    let floor = floor.values(figure)?;
    (own.len() == floor.len()).then(|| own.iter().zip(floor).map(|(own, floor)| own / floor).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::run::Head;
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
        let (old, new) = (pair(5.0, 20.0), pair(7.0, 28.0));
        let changes = Changes::new(&old, &new);
        let verdict = changes.verdict();
        assert!(
            verdict.starts_with("No difference is shown. The machine, the kernel or the server"),
            "{verdict}"
        );
        assert!(
            verdict.contains("floor (32 KiB photos, 20 ms delay, 64 in flight) by CPU × 1.40"),
            "{verdict}"
        );
        let [_, tokio] = changes.groups[0].cells.as_slice() else { panic!("two cells") };
        assert!(tokio.ratios[3].is_some_and(|cpu| (cpu.ratio - 1.0).abs() < 1e-9), "{tokio:?}");
    }

    #[test]
    fn a_slower_style_is_named() {
        let (old, new) = (pair(5.0, 20.0), pair(5.0, 26.0));
        let verdict = Changes::new(&old, &new).verdict();
        let expected =
            "1 of 1 cells differs: tokio (32 KiB photos, 20 ms delay, 64 in flight) by CPU × 1.30.";
        assert_eq!(verdict, expected);
        let [old, new] = [old, new].map(|run| Run { closed: run.closed[1..].to_vec(), ..run });
        assert_eq!(Changes::new(&old, &new).verdict(), expected, "the same without floor");
    }

    #[test]
    fn incomparable_cells_show_no_difference() {
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
