//! The changes between two runs with the same loads.
//!
//! A machine is never as fast as it was an hour ago, and all rounds of a run share that. So each style is compared by its
//! multiple of `floor` in the same round; `floor` itself shows what has happened to the machine. A load without
//! `floor` is compared by the `floor` of another load with the same delay, or else by the figures themselves.

use super::cell::Cell;
use super::figures::Figure;
use super::group::{Group, in_order};
use super::run::Run;
use crate::stats::interval::TABLE_ERROR;
use crate::stats::latency::Percentiles;
use crate::stats::rank_sum::{UnpairedRatio, fewest};

/// The client that does as little as any can.
pub(crate) const FLOOR: &str = "floor";

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
    /// `floor` in both runs, whose multiples are compared.
    pub(crate) floor: Option<(&'a Cell, &'a Cell)>,
    pub(crate) cells: Vec<ChangedCell<'a>>,
}

/// A client that both runs have measured.
#[derive(Debug)]
pub(crate) struct ChangedCell<'a> {
    pub(crate) cell: &'a Cell,
    /// The rounds of each of [`FIGURES`] in the old run and in the new one, if they are known.
    samples: [Option<(Vec<f64>, Vec<f64>)>; FIGURES.len()],
    /// The ratio of each of [`FIGURES`]; `None` if it is unknown, or the rounds are too few.
    pub(crate) ratios: [Option<UnpairedRatio>; FIGURES.len()],
}

impl<'a> Changes<'a> {
    /// Compares all closed loops that both runs have. All intervals together are wrong in at most 5 % of comparisons.
    pub fn new(old: &'a Run, new: &'a Run) -> Self {
        let mut groups = in_common(&old.closed, &new.closed);
        groups.extend(in_common(&old.scale, &new.scale));
        let samples = groups.iter().flat_map(|group| group.cells.iter().flat_map(|cell| &cell.samples));
        let error = TABLE_ERROR / samples.flatten().count().max(1) as f64;
        for cell in groups.iter_mut().flat_map(|group| &mut group.cells) {
            let samples = cell.samples.each_ref().map(Option::as_ref);
            cell.ratios =
                samples.map(|samples| samples.and_then(|(old, new)| UnpairedRatio::of(old, new, error)));
        }
        Self { old, new, groups, fewest_rounds: fewest(error) }
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
}

/// The groups that both runs have, without ratios.
fn in_common<'a>(old: &'a [Cell], new: &'a [Cell]) -> Vec<ChangedGroup<'a>> {
    let pairs = in_order(new).filter_map(|new| Some((in_order(old).find(|old| old.has_load_of(&new))?, new)));
    let pairs: Vec<_> = pairs.collect();
    let group = |(old, new): &(Group<'a>, Group<'a>)| {
        let floor = floors(&pairs, new);
        let cells = new.cells.iter().filter_map(|cell| {
            let (old, new) = (old.cell(&cell.style)?, new.cell(&cell.style)?);
            Some(ChangedCell { cell: new, samples: samples(old, new, floor), ratios: Default::default() })
        });
        ChangedGroup { floor, cells: cells.collect(), old: old.clone(), new: new.clone() }
    };
    pairs.iter().map(group).collect()
}

/// `floor` in both runs, under the same load, or else under the one most like it: with the same delay, because a machine
/// that is slower does not make a delay longer.
fn floors<'a>(pairs: &[(Group<'a>, Group<'a>)], group: &Group) -> Option<(&'a Cell, &'a Cell)> {
    let floors = pairs.iter().filter_map(|(old, new)| Some((old.cell(FLOOR)?, new.cell(FLOOR)?)));
    let like = floors
        .filter(|(_, floor)| floor.load.delay_ms == group.load.delay_ms && floor.url == group.cells[0].url);
    like.min_by_key(|(_, floor)| (floor.load != group.load, floor.in_flight.abs_diff(group.in_flight)))
}

/// The rounds of each figure of one client in both runs.
fn samples(
    old: &Cell,
    new: &Cell,
    floors: Option<(&Cell, &Cell)>,
) -> [Option<(Vec<f64>, Vec<f64>)>; FIGURES.len()] {
    let (old_floor, new_floor) = floors.filter(|_| new.style != FLOOR).unzip();
    FIGURES.map(|(name, figure)| {
        let percentile = Percentiles::ALL.iter().find(|percentile| percentile.name == name);
        let is_known = |cell: &Cell| percentile.is_none_or(|it| cell.percentile(it).is_some());
        let samples = (multiples(old, old_floor, figure)?, multiples(new, new_floor, figure)?);
        (is_known(old) && is_known(new)).then_some(samples)
    })
}

/// The figure of each round, as a multiple of that of `floor` in the same round.
fn multiples(cell: &Cell, floor: Option<&Cell>, figure: Figure) -> Option<Vec<f64>> {
    let own = cell.values(figure)?;
    let Some(floor) = floor else { return Some(own) };
    // Another load may have more rounds, which were measured at another time.
    Some(own.iter().zip(floor.values(figure)?).map(|(own, floor)| own / floor).collect())
}
