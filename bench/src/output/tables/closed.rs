//! The table of one closed loop.

use super::notes;
use crate::record::cell::Cell;
use crate::record::figures::{Figure, Figures};
use crate::record::group::Group;
use crate::stats::latency::Percentiles;
use crate::text::format::Unit;
use crate::text::grid::{self, Table};

type Column<'a> = grid::Column<'a, &'a Cell>;

/// The percentiles with an interval.
const WITH_INTERVAL: [&str; 2] = ["p50", "p99"];

/// The percentiles that a short table lacks.
const DETAILS: [&str; 2] = ["p90", "max"];

/// The table of one group, and notes on its figures.
pub(crate) fn closed(group: &Group) -> Table {
    Table::new(title(group), &columns(group), &group.cells).with_notes(notes::of(group))
}

pub(super) fn title(group: &Group) -> String {
    let Cell { url, processes, count, .. } = group.cells[0];
    let processes = if *processes == 1 { String::new() } else { format!(" by {processes} processes") };
    let url = url.as_ref().map(|url| format!(" ({url})")).unwrap_or_default();
    let loops = group.cells.iter().map(|cell| cell.server_loops).max().unwrap_or(1);
    let loops = if loops == 1 { String::new() } else { format!(", {loops} server loops") };
    let (in_flight, load, rounds) = (group.in_flight, group.load, group.rounds());
    format!("{in_flight} in flight{processes}, {load}{url}{loops}: {count} downloads{rounds}")
}

fn columns<'a>(group: &Group<'a>) -> Vec<Column<'a>> {
    const SPEED: Figure = |it| Some(it.downloads_per_s);
    const CPU: Figure = |it| Some(it.cpu_us_per_download);
    const MEMORY: Figure = |it| it.rss_kib_per_in_flight;
    let unit = Unit::of(group.cells.iter().filter_map(|cell| Some(cell.figures?.latency.p99_us)));
    let of = |header: &str, figure: Figure| Column::number(header, move |cell| cell.figure(figure));
    let mut columns = vec![
        Column::style(|cell| cell.style.clone()),
        of("photos\nper s", SPEED),
        half_width(|cell| cell.figure(SPEED), SPEED),
    ];
    for percentile in Percentiles::ALL {
        let header = format!("{}\n{}", percentile.name, unit.name());
        let column = Column::figure(&header, move |cell| Some(unit.show(cell.percentile(percentile)?)));
        columns.push(if DETAILS.contains(&percentile.name) { column.detail() } else { column });
        if WITH_INTERVAL.contains(&percentile.name) {
            let median = |cell: &Cell| cell.percentile(percentile);
            columns.push(half_width(median, |it| (percentile.of)(&it.latency)));
        }
    }
    columns.push(of("CPU\nµs", CPU));
    if group.cells.iter().any(|cell| cell.rounds.len() > 1) {
        columns.push(Column::figure("× best\nof styles", |cell| versus(cell)).detail());
    }
    if let Some(floor) = group.cell("floor").and_then(|cell| cell.figure(CPU)) {
        columns
            .push(Column::figure("×\nfloor", move |cell| Some(format!("{:.2}", cell.figure(CPU)? / floor))));
    }
    columns.push(of("server\nµs", |it| it.server_cpu_us_per_download).detail());
    // Where fewer are in flight, there is no such figure.
    if group.cells.iter().any(|cell| cell.figure(MEMORY).is_some()) {
        columns.push(of("KiB in\nflight", MEMORY));
    }
    columns.push(Column::figure("\nthreads", |cell| Some(cell.figures?.threads_max?.to_string())));
    if group.cells.iter().any(|cell| cell.errors.is_some_and(|errors| errors > 0)) {
        columns.push(Column::count("\nerrors", |cell| cell.errors));
    }
    columns
}

/// Half of the interval of a median, in hundredths of the median.
fn half_width<'a>(
    median: impl Fn(&Cell) -> Option<f64> + 'a,
    figure: impl Fn(&Figures) -> Option<f64> + 'a,
) -> Column<'a> {
    let half_width = move |cell: &&Cell| {
        let share = cell.interval(&figure)?.half_width(median(cell)?);
        Some(format!("{:.*}", usize::from(share < 0.0995), share * 100.0))
    };
    Column::figure("±\n%", half_width).detail()
}

/// The interval of the ratio, or that there is no difference.
fn versus(cell: &Cell) -> Option<String> {
    let versus = cell.cpu_vs_best.as_ref()?;
    match versus.ratio {
        _ if versus.style == cell.style => Some("best".into()),
        Some(ratio) if versus.different => Some(format!("{:.2}–{:.2}", ratio.low, ratio.high)),
        Some(_) => Some("no diff.".into()),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_fits, texts};
    use super::*;
    use crate::record::cell::Comparison;
    use crate::record::group::in_order;
    use crate::record::sample::{cell, failed};

    fn table_of(cells: &[Cell]) -> Table {
        closed(&in_order(cells).next().unwrap())
    }

    #[test]
    fn figures_are_below_their_names_and_units() {
        let mut cells = [
            cell("floor", &[12.3, 12.1, 12.9].repeat(7)),
            cell("async-std", &[24.6; 21]),
            cell("smol", &[26.0, 27.0, 26.5].repeat(7)),
        ];
        let best = cells[1].clone();
        for cell in &mut cells {
            let ratio = cell.ratio(&best, |it| Some(it.cpu_us_per_download), 0.01);
            cell.cpu_vs_best = Some(Comparison { style: "async-std".into(), ratio, different: true });
        }
        let table = table_of(&cells);
        let title = "64 in flight, 32 KiB photos, 20 ± 10 ms delay: 3840 downloads, median of 21 rounds";
        assert_eq!(table.title, title);
        let latencies = ["photos", "±", "p50 ms", "p90", "p99", "max"];
        assert_eq!(texts(&table, 1, &latencies), ["3072", "0.0", "20.1", "20.2", "20.3", "22.0"]);
        let costs = ["CPU", "× best", "× floor", "server", "KiB", "threads"];
        assert_eq!(texts(&table, 1, &costs), ["24.6", "best", "2.00", "20.0", "2.5", "1"]);
        assert_eq!(texts(&table, 0, &["× best"]), ["0.50–0.51"]);
        assert!(table.notes.iter().any(|note| note.contains("nine of ten tables")), "{:?}", table.notes);
    }

    #[test]
    fn one_round_has_no_interval_and_all_other_columns() {
        let table = table_of(&[cell("floor", &[12.3]), cell("smol", &[24.6])]);
        assert!(!table.terminal().contains("best"));
        assert_eq!(texts(&table, 1, &["CPU", "×"]), ["24.6", "2.00"]);
    }

    #[test]
    fn a_cell_that_could_not_run_is_shown_with_its_reason() {
        let failed = failed("blocking", "needs 9 threads, pid_max allows 1");
        let table = table_of(&[cell("tokio-multi", &[12_345.6, 99_999.0]), failed]);
        assert_fits(&table);
        assert!(table.rows[1][1..].iter().all(|text| text == "–"), "{:?}", table.rows[1]);
        assert_eq!(table.notes[0], "blocking: not measured: needs 9 threads, pid_max allows 1");
    }
}
