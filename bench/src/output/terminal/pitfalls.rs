//! The table of what the pitfalls cost.

use super::shown;
use crate::output::notes;
use crate::record::group::rounds;
use crate::record::pitfall::PitfallCell;
use crate::text::format::digits;
use crate::text::grid;

/// The table, and below it why, and what to do instead; `None` without a cell.
pub(super) fn render(cells: &[PitfallCell]) -> Option<String> {
    if cells.is_empty() {
        return None;
    }
    let rounds = rounds(cells.iter().map(|cell| cell.rounds.len()));
    let groups = cells.chunk_by(|one, other| one.pitfall == other.pitfall);
    let rows: Vec<_> = groups
        .clone()
        .flat_map(|group| group.iter().enumerate().map(|(index, cell)| (index == 0, cell)))
        .collect();
    let mut lines = vec![
        format!("Pitfalls: what the tempting wrong way costs{rounds}; p99: of the unrelated downloads"),
        grid::terminal(&columns(cells), &rows),
    ];
    for PitfallCell { pitfall, why, recipe, .. } in groups.filter_map(<[_]>::first) {
        if !why.is_empty() {
            lines.push(format!("  {pitfall}: {why} → recipe {recipe}"));
        }
    }
    lines.extend(cells.iter().filter_map(note));
    lines.push(
        "  Both ways can be read in bench/src/pitfalls, the recipes in src/recipes of each style.".into(),
    );
    Some(lines.join("\n"))
}

/// Why a row has no figures, or that its damage did not always show.
fn note(cell: &PitfallCell) -> Option<String> {
    let id = format!("{}/{}", cell.pitfall, cell.style);
    match (&cell.failed, cell.harmless_rounds()) {
        (Some(reason), _) => Some(notes::not_measured(&id, reason)),
        (None, 0) => None,
        (None, rounds) => Some(format!("  {id}: no damage in {rounds} of {} rounds", cell.rounds.len())),
    }
}

/// A row knows whether it is the first of its pitfall.
type Column<'a> = grid::Column<'a, (bool, &'a PitfallCell)>;

fn columns(cells: &[PitfallCell]) -> Vec<Column<'_>> {
    let mut columns = vec![
        Column::name("\npitfall", |(first, cell)| if *first { cell.pitfall.clone() } else { String::new() }),
        Column::name(" \n style", |(_, cell)| format!(" {}", cell.style)),
        Column::name(" what\n is hurt", |(_, cell)| format!(" {}", cell.hurts.name())),
        Column::figure("\nright", |(_, cell)| shown(cell.right)),
        Column::figure("\nwrong", |(_, cell)| shown(cell.wrong)),
        Column::figure("damage\n×", |(_, cell)| shown(Some(cell.damage?.median))),
    ];
    if cells.iter().any(|cell| cell.rounds.len() > 1) {
        columns.push(Column::figure("min–max\nof rounds", |(_, cell)| {
            let damage = cell.damage?;
            Some(format!("{}–{}", digits(damage.min), digits(damage.max)))
        }));
    }
    columns.extend([
        Column::figure("CPU\n×", |(_, cell)| {
            let [right, wrong] = cell.medians(|way| way.cpu_ms);
            shown(Some(wrong? / right?))
        }),
        Column::figure("connections\nright, wrong", |(_, cell)| {
            let [right, wrong] = cell.medians(|way| way.connections as f64);
            Some(format!("{:.0}, {:.0}", right?, wrong?))
        }),
    ]);
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::pitfall::Metric;
    use crate::record::pitfall::tests::{cell, way};

    #[test]
    fn figures_are_in_a_row_and_the_reason_below() {
        let rounds = vec![(way(100.0, 8), way(450.0, 8)), (way(100.0, 8), way(500.0, 8))];
        let text = render(&[cell(Metric::P99, rounds)]).unwrap();
        let row = text.lines().find(|line| line.starts_with("unbounded")).unwrap();
        let figures: Vec<_> = row.split_whitespace().skip(2).collect();
        assert_eq!(figures, ["p99,", "ms", "10.0", "47.5", "4.8", "4.5–5.0", "4.8", "3,", "3"], "{text}");
        assert!(text.contains("unbounded: too many at once → recipe many") && !text.contains("no damage"));
    }

    #[test]
    fn no_damage_is_noted() {
        let cells = [cell(Metric::P99, vec![(way(100.0, 8), way(99.0, 8))])];
        assert!(render(&cells).unwrap().contains("no damage in 1 of 1 rounds"));
    }

    #[test]
    fn a_cell_that_could_not_run_is_shown_with_its_reason() {
        let mut cell = cell(Metric::P99, vec![]);
        cell.failed = Some("no threads".into());
        let text = render(&[cell]).unwrap();
        assert!(text.contains("unbounded/tokio: not measured: no threads") && text.contains('–'), "{text}");
        assert!(!text.contains("NaN"), "{text}");
    }

    #[test]
    fn it_fits_into_120_columns() {
        let mut cell = cell(Metric::P99, vec![(way(1.0, 8), way(123_456.7, 8)); 2]);
        cell.pitfall = "blocking-in-async".into();
        let text = render(&[cell]).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    }
}
