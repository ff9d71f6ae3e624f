//! The tables of a run or of a comparison, printed in the terminal.

use crate::output::tables;
use crate::record::changes::Changes;
use crate::record::run::Run;
use crate::text::grid::Table;
use crate::text::out;

/// Prints the origin of the figures, and the tables.
pub fn print(run: &Run) {
    let mut text = String::new();
    if let Some(head) = &run.head {
        let order = format!("order of cells by --seed {}", head.seed);
        let lines = ["", &head.machine, &order].into_iter().chain(tables::LEGEND);
        text.extend(lines.flat_map(|line| [line, "\n"]));
    }
    for table in tables::all(run) {
        text.extend(["\n", &table.terminal(), "\n"]);
    }
    out::print(&text);
}

/// Prints what differs between the runs themselves, a table for each load, and the verdict.
pub fn print_changes(changes: &Changes) {
    let mut lines = vec![format!("{} compared with {}", changes.new.name, changes.old.name)];
    lines.extend(changes.conditions().into_iter().map(|(name, old, new)| format!("  {name}: {old} → {new}")));
    lines.extend(
        tables::changes(changes).iter().map(Table::terminal).flat_map(|table| [String::new(), table]),
    );
    lines.extend(notes(changes).map(str::to_owned));
    lines.extend([String::new(), changes.verdict()]);
    out::line(format_args!("{}", lines.join("\n")));
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
