//! The tables of a run and their notes, the same in the terminal, the documents and the report.

mod changes;
mod closed;
mod cost;
mod decision;
mod notes;
mod open;
mod pitfalls;
mod waits;

pub(super) use changes::changes;
pub(super) use closed::closed;
pub(super) use cost::cost;
pub(super) use decision::decisions;
pub(super) use open::open;
pub(super) use pitfalls::pitfalls;
pub(super) use waits::waits;

use crate::record::group::in_order;
use crate::record::open::rates;
use crate::record::run::Run;
use crate::record::waits::counts;
use crate::text::grid::Table;

/// The meaning of two columns.
pub(super) const LEGEND: [&str; 2] = [
    "CPU is user and system, of the client, per download.",
    "KiB in flight is the peak resident memory of the client above that after one download, per download in flight.",
];

/// Every table of a run, in the order of its parts; at most 120 columns wide.
pub(super) fn all(run: &Run) -> Vec<Table> {
    let mut tables: Vec<_> = in_order(&run.closed).map(|group| closed(&group)).collect();
    tables.extend(rates(&run.open).into_iter().map(open));
    tables.extend(cost(&run.cost));
    tables.extend(counts(&run.waits).map(waits));
    tables.extend(in_order(&run.scale).map(|group| closed(&group)));
    tables.extend(decisions(&run.decisions()));
    tables.extend(pitfalls(&run.pitfalls, |cell| cell.pitfall.clone()));
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts of a row, under the starts of these headers.
    pub(super) fn texts<'a>(table: &'a Table, row: usize, headers: &[&str]) -> Vec<&'a str> {
        let at = |start: &&str| {
            let at = table.headers.iter().position(|header| header.text().starts_with(start));
            &*table.rows[row][at.unwrap_or_else(|| panic!("no column {start}"))]
        };
        headers.iter().map(at).collect()
    }

    #[track_caller]
    pub(super) fn assert_fits(table: &Table) {
        let text = table.terminal();
        let longest = text.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(120), "{text}");
    }
}
