//! The table of one open loop.

use super::notes;
use crate::record::group::rounds;
use crate::record::open::OpenCell;
use crate::stats::latency::Percentiles;
use crate::text::format::Unit;
use crate::text::grid::{self, Table};

type Column<'a> = grid::Column<'a, OpenCell>;

/// The percentiles without the correction; with more, the table is too wide.
const UNCORRECTED: [&str; 3] = ["p50", "p99", "p99.9"];

/// The table of the cells of one rate.
pub(crate) fn open(cells: &[OpenCell]) -> Table {
    let saturated = cells.iter().filter(|open| open.saturated == Some(true));
    let saturated: Vec<_> = saturated.map(|open| &*open.cell.style).collect();
    let saturated = (!saturated.is_empty()).then(|| {
        format!("saturated, so that latency grows with the time measured: {}", saturated.join(", "))
    });
    let notes = cells.iter().filter_map(|open| notes::note(&open.cell)).chain(saturated);
    Table::new(title(cells), &columns(cells), cells).with_notes(notes)
}

fn title(cells: &[OpenCell]) -> String {
    let OpenCell { cell, .. } = &cells[0];
    let (rate, most) = (cells[0].rate(), cell.in_flight);
    let rounds = rounds(cells.iter().map(|open| open.cell.rounds.len()));
    format!("{rate}, at most {most} in flight, {}{rounds}", cell.load)
}

fn columns(cells: &[OpenCell]) -> Vec<Column<'_>> {
    let unit = Unit::of(cells.iter().filter_map(|open| Some(open.cell.figures?.latency.p99_us)));
    let mut columns = vec![
        Column::style(|open| open.cell.style.clone()),
        Column::number("rate\nper s", |open| open.rate_per_s),
        Column::number("done\nper s", |open| open.cell.figure(|it| Some(it.downloads_per_s))),
    ];
    columns.extend(Percentiles::ALL.iter().map(|percentile| {
        let header = format!("{}\n{}", percentile.name, unit.name());
        Column::figure(&header, move |open| Some(unit.show(open.cell.percentile(percentile)?)))
    }));
    let uncorrected = Percentiles::ALL.iter().filter(|it| UNCORRECTED.contains(&it.name));
    columns.extend(uncorrected.map(|percentile| {
        Column::figure(&format!("uncorr.\n{}", percentile.name), move |open| {
            open.cell.percentile(percentile)?;
            Some(unit.show((percentile.of)(&open.uncorrected?)?))
        })
    }));
    columns.extend([
        Column::count("\nlate", |open| open.late),
        Column::count("\nskipped", |open| open.skipped),
        Column::number("CPU\nµs", |open| open.cell.figure(|it| Some(it.cpu_us_per_download))),
        Column::count("\nerrors", |open| open.cell.errors),
    ]);
    columns
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_fits, texts};
    use super::*;
    use crate::record::sample::{self, cell};

    #[test]
    fn both_latencies_are_side_by_side_and_saturation_is_noted() {
        let table = open(&[OpenCell { share_percent: Some(50), ..sample::open(cell("tokio", &[9.0])) }]);
        assert_fits(&table);
        let title = "50 % of each style’s closed loop start per second, at most 64";
        assert!(table.title.starts_with(title), "{}", table.title);
        let latencies = ["p50", "p90", "p99 ms", "p99.9", "max"];
        assert_eq!(texts(&table, 0, &latencies), ["20.1", "20.2", "20.3", "–", "22.0"]);
        let others = ["uncorr. p50", "uncorr. p99", "late", "skipped"];
        assert_eq!(texts(&table, 0, &others), ["1.0", "0.00", "123", "7"]);
        assert_eq!(table.notes, ["saturated, so that latency grows with the time measured: tokio"]);
    }
}
