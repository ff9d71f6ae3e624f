//! The tables of what has changed from one run to another.

use super::closed::title;
use crate::record::changes::{ChangedCell, ChangedGroup, Changes, FIGURES};
use crate::stats::rank_sum::UnpairedRatio;
use crate::text::grid::{Column, Table};

/// A table for each load.
pub(crate) fn changes(changes: &Changes) -> Vec<Table> {
    changes.groups.iter().map(|group| Table::new(both(group), &columns(), &group.cells)).collect()
}

/// The load, and how much each run has measured.
fn both(group: &ChangedGroup) -> String {
    let [old, new] = [&group.old, &group.new];
    let (title, rounds, old_count) = (title(new), old.rounds(), old.cells[0].count);
    let count =
        if old_count == new.cells[0].count { String::new() } else { format!(" ({old_count} downloads)") };
    format!("{title}; the old run{count}: {}", rounds.trim_start_matches(", "))
}

fn columns<'a>() -> Vec<Column<'a, ChangedCell<'a>>> {
    let mut columns = vec![Column::style(|cell: &ChangedCell| cell.cell.style.clone())];
    for (index, (name, _)) in FIGURES.iter().enumerate() {
        columns.push(Column::figure(&format!("{name}\n×"), move |cell: &ChangedCell| {
            Some(format!("{:.3}", cell.ratios[index]?.ratio))
        }));
        columns.push(Column::figure("\ninterval", move |cell: &ChangedCell| {
            Some(interval(cell.ratios[index].as_ref()?))
        }));
    }
    columns
}

/// The interval, with a mark if it excludes equality.
fn interval(ratio: &UnpairedRatio) -> String {
    let mark = if ratio.differs() { " *" } else { "  " };
    format!("{:.3}–{:.3}{mark}", ratio.low, ratio.high)
}
