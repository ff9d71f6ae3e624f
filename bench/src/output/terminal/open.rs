//! The table of one open loop.

use super::{delay, shown};
use crate::output::notes;
use crate::record::group::rounds;
use crate::record::open::OpenCell;
use crate::stats::latency::Percentiles;
use crate::text::format::{Unit, size};
use crate::text::grid;

type Column<'a> = grid::Column<'a, OpenCell>;

/// The percentiles without the correction; with more, the table is too wide.
const UNCORRECTED: [&str; 3] = ["p50", "p99", "p99.9"];

/// The table of the cells of one rate.
pub(super) fn render(cells: &[OpenCell]) -> String {
    let mut lines = vec![title(cells), grid::terminal(&columns(cells), cells)];
    lines.extend(cells.iter().filter_map(|open| notes::note(&open.cell)));
    let saturated: Vec<_> =
        cells.iter().filter(|open| open.saturated == Some(true)).map(|open| &*open.cell.style).collect();
    if !saturated.is_empty() {
        lines.push(format!(
            "  saturated, so that latency grows with the time measured: {}",
            saturated.join(", ")
        ));
    }
    lines.join("\n")
}

fn title(cells: &[OpenCell]) -> String {
    let OpenCell { cell, .. } = &cells[0];
    let (rate, most) = (cells[0].rate(), cell.in_flight);
    let delay = delay(cell.load.delay_ms.unwrap_or_default());
    let photo = cell.load.bytes.map_or("?".into(), size);
    let rounds = rounds(cells.iter().map(|open| open.cell.rounds.len()));
    format!("{rate}, at most {most} in flight, {delay}: {photo} photos{rounds}")
}

fn columns(cells: &[OpenCell]) -> Vec<Column<'_>> {
    let unit = Unit::of(cells.iter().filter_map(|open| Some(open.cell.figures?.latency.p99_us)));
    let count = |number: Option<usize>| number.map(|number| number.to_string());
    let mut columns = vec![
        Column::name("style", |open| open.cell.style.clone()),
        Column::figure("rate\nper s", |open| shown(open.rate_per_s)),
        Column::figure("done\nper s", |open| shown(open.cell.figure(|it| Some(it.downloads_per_s)))),
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
        Column::figure("\nlate", move |open| count(open.late)),
        Column::figure("\nskipped", move |open| count(open.skipped)),
        Column::figure("CPU\nµs each", |open| shown(open.cell.figure(|it| Some(it.cpu_us_per_download)))),
        Column::figure("\nerrors", move |open| count(open.cell.errors)),
    ]);
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::cell;

    #[test]
    fn both_latencies_are_side_by_side_and_saturation_is_noted() {
        let open = OpenCell {
            cell: cell("tokio", &[9.0]),
            rate_per_s: Some(1000.0),
            share_percent: Some(50),
            uncorrected: Some(Percentiles { p50_us: 1000.0, ..Percentiles::default() }),
            late: Some(20),
            skipped: Some(7),
            saturated: Some(true),
        };
        let open = [open];
        let text = render(&open);
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
        assert!(text.starts_with("50 % of each style’s closed loop start per second, at most 64"), "{text}");
        let columns = columns(&open);
        for (header, figure) in [
            ("p50", "20.1"),
            ("p90", "20.2"),
            ("p99\n", "20.3"),
            ("p99.9", "–"),
            ("max", "22.0"),
            ("uncorr.\np50", "1.0"),
            ("uncorr.\np99", "0.00"),
            ("\nlate", "20"),
            ("\nskipped", "7"),
        ] {
            let column = columns.iter().find(|column| column.header().starts_with(header)).unwrap();
            assert_eq!(column.text(&open[0]), figure, "{header}");
        }
        assert!(text.ends_with("measured: tokio"), "{text}");
    }
}
