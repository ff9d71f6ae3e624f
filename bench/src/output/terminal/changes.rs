//! The tables of what has changed from one run to another.

use super::closed;
use crate::record::changes::{ChangedCell, ChangedGroup, Changes, FIGURES};
use crate::stats::rank_sum::UnpairedRatio;
use crate::text::grid::{self, Column};
use crate::text::out;

/// Prints what differs between the runs themselves, a table for each load, and the verdict.
pub fn print(changes: &Changes) {
    out::line(format_args!("{}", text(changes)));
}

fn text(changes: &Changes) -> String {
    let mut lines = vec![format!("{} compared with {}", changes.new.name, changes.old.name)];
    lines.extend(changes.conditions().into_iter().map(|(name, old, new)| format!("  {name}: {old} → {new}")));
    for group in &changes.groups {
        lines.extend([String::new(), title(group), grid::terminal(&columns(), &group.cells)]);
    }
    lines.extend(notes(changes).map(str::to_owned));
    lines.extend([String::new(), changes.verdict()]);
    lines.join("\n")
}

fn notes(changes: &Changes) -> impl Iterator<Item = &'static str> {
    let any = |by_floor| changes.groups.iter().any(|group| group.floor.is_some() == by_floor);
    [
        (any(true), "  Styles are compared by their multiples of floor in the same round, floor by its figures."),
        (any(false), "  Loads without any floor are compared by their figures: a slower machine looks like slower code."),
        (!changes.groups.is_empty(), "  × is new to old; * marks a difference. All intervals hold in 95 % of comparisons."),
    ]
    .into_iter()
    .filter_map(|(is_meant, note)| is_meant.then_some(note))
}

/// The load, and how much each run has measured.
fn title(group: &ChangedGroup) -> String {
    let [old, new] = [&group.old, &group.new];
    let title = closed::title(new);
    let rounds = old.rounds();
    let old_count = old.cells[0].count;
    let count =
        if old_count == new.cells[0].count { String::new() } else { format!(" ({old_count} downloads)") };
    format!("{title}; the old run{count}: {}", rounds.trim_start_matches(", "))
}

fn columns<'a>() -> Vec<Column<'a, ChangedCell<'a>>> {
    let mut columns = vec![Column::name("style", |cell: &ChangedCell| cell.cell.style.clone())];
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
