//! The table of what the pitfalls cost.

use super::notes;
use crate::record::group::rounds;
use crate::record::pitfall::{Metric, PitfallCell};
use crate::text::format::digits;
use crate::text::grid::{self, Table};

type Column<'a> = grid::Column<'a, PitfallCell>;

/// The table, and below it why, and what to do instead; `None` without a cell.
pub(crate) fn pitfalls(cells: &[PitfallCell], name: fn(&PitfallCell) -> String) -> Option<Table> {
    if cells.is_empty() {
        return None;
    }
    let rounds = rounds(cells.iter().map(|cell| cell.rounds.len()));
    let title = format!("Pitfalls: what the tempting wrong way costs{rounds}{}", p99_of(cells));
    let first = cells.chunk_by(|one, other| one.pitfall == other.pitfall).map(|group| &group[0]);
    let reasons = first.filter(|cell| !cell.why.is_empty());
    let reasons = reasons.map(|cell| format!("{}: {} → recipe {}", cell.pitfall, cell.why, cell.recipe));
    let sources =
        "Both ways can be read in bench/src/pitfalls, the recipes in src/recipes of each style.".into();
    let notes = reasons.chain(cells.iter().filter_map(note)).chain([sources]);
    Some(Table::new(title, &columns(cells, name), cells).with_notes(notes))
}

/// The downloads whose p99 is shown; without unrelated ones, all are timed.
fn p99_of(cells: &[PitfallCell]) -> String {
    let timed = cells.iter().filter(|cell| cell.hurts == Metric::P99);
    let (alone, with_others): (Vec<_>, Vec<_>) = timed.partition(|cell| cell.others == 0);
    let mut alone: Vec<_> = alone.iter().map(|cell| &*cell.pitfall).collect();
    alone.dedup();
    match (alone.as_slice(), with_others.as_slice()) {
        ([], []) => String::new(),
        ([], _) => "; p99: of the unrelated downloads".into(),
        (_, []) => "; p99: of all downloads".into(),
        (alone, _) => format!("; p99: of the unrelated downloads; in {}, of all", alone.join(" and ")),
    }
}

fn columns(cells: &[PitfallCell], name: fn(&PitfallCell) -> String) -> Vec<Column<'_>> {
    let mut columns = vec![
        Column::name("pitfall", name),
        Column::style(|cell| cell.style.clone()),
        Column::name("what\nis hurt", |cell| cell.hurts.name().into()),
        Column::number("\nright", |cell| cell.right),
        Column::number("\nwrong", |cell| cell.wrong),
        Column::number("damage\n×", |cell| Some(cell.damage?.median)),
    ];
    if cells.iter().any(|cell| cell.rounds.len() > 1) {
        columns.push(Column::figure("min–max\nof rounds", |cell| {
            let damage = cell.damage?;
            Some(format!("{}–{}", digits(damage.min), digits(damage.max)))
        }));
    }
    columns.extend([
        Column::number("CPU\n×", |cell| {
            let [right, wrong] = cell.medians(|way| way.cpu_ms);
            Some(wrong? / right?)
        }),
        Column::figure("connections\nright, wrong", |cell| {
            let [right, wrong] = cell.medians(|way| way.connections as f64);
            Some(format!("{:.0}, {:.0}", right?, wrong?))
        }),
    ]);
    columns
}

/// Why a row has no figures, or that its damage did not always show.
fn note(cell: &PitfallCell) -> Option<String> {
    let id = format!("{}/{}", cell.pitfall, cell.style);
    match (&cell.failed, cell.harmless_rounds()) {
        (Some(reason), _) => Some(notes::not_measured(&id, reason)),
        (None, 0) => None,
        (None, rounds) => Some(format!("{id}: no damage in {rounds} of {} rounds", cell.rounds.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_fits;
    use super::*;
    use crate::record::pitfall::tests::{cell, way};

    fn table(cell: PitfallCell) -> Table {
        pitfalls(&[cell], |cell| cell.pitfall.clone()).unwrap()
    }

    #[test]
    fn figures_are_in_a_row_and_the_reason_below() {
        let rounds = vec![(way(100.0, 8), way(450.0, 8)), (way(100.0, 8), way(500.0, 8))];
        let table = table(cell(Metric::P99, rounds));
        assert_fits(&table);
        let figures = ["unbounded", "tokio", "p99, ms", "10.0", "47.5", "4.8", "4.5–5.0", "4.8", "3, 3"];
        assert_eq!(table.rows[0], figures);
        assert_eq!((&*table.notes[0], table.notes.len()), ("unbounded: too many at once → recipe many", 2));
    }

    #[test]
    fn the_title_says_of_which_downloads_the_p99_is() {
        let cell = |pitfall: &str, hurts, others| PitfallCell {
            pitfall: pitfall.into(),
            others,
            ..cell(hurts, vec![(way(1.0, 8), way(2.0, 8))])
        };
        let bystanders = cell("cpu-on-the-loop", Metric::P99, 200);
        let alone = || cell("slow-consumer", Metric::P99, 0);
        let time = cell("one-by-one", Metric::Time, 0);
        let p99_of = |cells: &[&PitfallCell]| {
            let cells: Vec<_> = cells.iter().map(|cell| (*cell).clone()).collect();
            let title = pitfalls(&cells, |cell| cell.pitfall.clone()).unwrap().title;
            title.split_once("; ").map(|(_, end)| end.to_owned()).unwrap_or_default()
        };
        assert_eq!(p99_of(&[&bystanders, &time]), "p99: of the unrelated downloads");
        let both = [&bystanders, &alone(), &alone(), &time];
        assert_eq!(p99_of(&both), "p99: of the unrelated downloads; in slow-consumer, of all");
        assert_eq!(p99_of(&[&alone()]), "p99: of all downloads");
        assert_eq!(p99_of(&[&time]), "");
    }

    #[test]
    fn no_damage_and_no_figures_are_noted() {
        let harmless = table(cell(Metric::P99, vec![(way(100.0, 8), way(99.0, 8))]));
        assert_eq!(harmless.notes[1], "unbounded/tokio: no damage in 1 of 1 rounds");
        let failed = table(PitfallCell { failed: Some("no threads".into()), ..cell(Metric::P99, vec![]) });
        assert!(failed.rows[0][3..].iter().all(|text| text == "–"), "{:?}", failed.rows);
        assert_eq!(failed.notes[1], "unbounded/tokio: not measured: no threads");
    }
}
