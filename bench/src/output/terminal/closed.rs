//! The table of one closed loop.

use super::{delay, shown};
use crate::output::notes;
use crate::record::cell::Cell;
use crate::record::figures::Figure;
use crate::record::group::Group;
use crate::stats::latency::Percentiles;
use crate::text::format::{Unit, size};
use crate::text::grid::{self, UNKNOWN};

type Column<'a> = grid::Column<'a, &'a Cell>;

/// The table of one group, and notes on its figures.
pub(super) fn render(group: &Group) -> String {
    let mut lines = vec![title(group), grid::terminal(&columns(group), &group.cells)];
    lines.extend(notes::of(group));
    lines.join("\n")
}

pub(super) fn title(group: &Group) -> String {
    let Cell { load, url, in_flight, processes, count, .. } = group.cells[0];
    let source = url.clone().unwrap_or_else(|| delay(load.delay_ms.unwrap_or_default()));
    let loops = group.cells.iter().map(|cell| cell.server_loops).max().unwrap_or(1);
    let loops = if loops == 1 { String::new() } else { format!(", {loops} server loops") };
    let source = format!("{source}{}{}{loops}", load.transport, load.on_cores());
    let photo = load.bytes.map_or("?".into(), size);
    let processes = if *processes == 1 { String::new() } else { format!(" by {processes} processes") };
    format!("{in_flight} in flight{processes}, {source}: {photo} photos, {count} downloads{}", group.rounds())
}

fn columns<'a>(group: &Group<'a>) -> Vec<Column<'a>> {
    const CPU: Figure = |it| Some(it.cpu_us_per_download);
    let unit = Unit::of(group.cells.iter().filter_map(|cell| Some(cell.figures?.latency.p99_us)));
    let floor = group.cell("floor").and_then(|cell| cell.figure(CPU));
    // A cell without figures has a note that says why; other figures are not applicable.
    let figure = |header: &str, text: fn(&Cell) -> Option<String>| {
        Column::figure(header, move |cell| {
            text(cell).or(Some(if cell.failed.is_some() { UNKNOWN } else { "n/a" }.into()))
        })
    };
    let mut columns = vec![
        Column::name("style", |cell| cell.style.clone()),
        figure("photos\nper s", |cell| shown(cell.figure(|it| Some(it.downloads_per_s)))),
        half_width(|cell| cell.figure(|it| Some(it.downloads_per_s)), |it| Some(it.downloads_per_s)),
    ];
    for percentile in Percentiles::ALL {
        let header = format!("{}\n{}", percentile.name, unit.name());
        columns.push(Column::figure(&header, move |cell| Some(unit.show(cell.percentile(percentile)?))));
        let median = move |cell: &Cell| cell.percentile(percentile);
        match percentile.name {
            "p50" => columns.push(half_width(median, |it| Some(it.latency.p50_us))),
            "p99" => columns.push(half_width(median, |it| Some(it.latency.p99_us))),
            _ => {}
        }
    }
    columns.push(figure("CPU\nµs", |cell| shown(cell.figure(CPU))));
    if group.cells.iter().any(|cell| cell.rounds.len() > 1) {
        columns.push(figure("× best\nof styles", versus));
    }
    if let Some(floor) = floor {
        columns
            .push(Column::figure("×\nfloor", move |cell| Some(format!("{:.2}", cell.figure(CPU)? / floor))));
    }
    columns.extend([
        figure("server\nµs", |cell| shown(cell.figure(|it| it.server_cpu_us_per_download))),
        figure("KiB in\nflight", |cell| shown(cell.figure(|it| it.rss_kib_per_in_flight))),
        figure("\nthreads", |cell| Some(cell.figures?.threads_max?.to_string())),
    ]);
    if group.cells.iter().any(|cell| cell.errors.is_some_and(|errors| errors > 0)) {
        columns.push(figure("\nerrors", |cell| Some(cell.errors?.to_string())));
    }
    columns
}

/// Half of the interval of a median, in hundredths of the median.
fn half_width<'a>(median: impl Fn(&Cell) -> Option<f64> + 'a, figure: Figure) -> Column<'a> {
    Column::figure("±\n%", move |cell| {
        let share = cell.interval(figure)?.half_width(median(cell)?);
        Some(format!("{:.*}", usize::from(share < 0.0995), share * 100.0))
    })
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
    use super::*;
    use crate::record::cell::Comparison;
    use crate::record::group::in_order;
    use crate::record::sample::{cell, failed};

    fn text_of(cells: &[Cell]) -> String {
        render(&in_order(cells).next().unwrap())
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
        let text = text_of(&cells);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines[0],
            "64 in flight, 20 ms of server delay: 32 KiB photos, 3840 downloads, median of 21 rounds"
        );
        assert!(lines[2].contains("p99.9") && lines[3].contains("ms"), "{text}");
        let group = in_order(&cells).next().unwrap();
        let columns = columns(&group);
        let figures = |row: usize, headers: &[&str]| -> Vec<String> {
            let column = |header: &&str| columns.iter().find(|column| column.header().starts_with(*header));
            headers.iter().map(|header| column(header).unwrap().text(&group.cells[row])).collect()
        };
        assert_eq!(
            figures(1, &["photos", "±", "p50", "p90", "p99", "max"]),
            ["3072", "0.0", "20.1", "20.2", "20.3", "22.0"]
        );
        assert_eq!(
            figures(1, &["CPU", "× best", "×\n", "server", "KiB", "\nthreads"]),
            ["24.6", "best", "2.00", "20.0", "2.5", "1"]
        );
        assert_eq!(figures(0, &["× best"]), ["0.50–0.51"]);
        assert!(text.contains("resolved"), "{text}");
    }

    #[test]
    fn one_round_has_no_interval_and_all_other_columns() {
        let text = text_of(&[cell("floor", &[12.3]), cell("smol", &[24.6])]);
        assert!(!text.contains("best") && text.contains("CPU") && text.contains("24.6"), "{text}");
    }

    #[test]
    fn it_fits_into_120_columns() {
        let text = text_of(&[cell("tokio-multi", &[12_345.6, 99_999.0]), failed("blocking", "no threads")]);
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    }

    #[test]
    fn a_cell_that_could_not_run_is_shown_with_its_reason() {
        let text = text_of(&[failed("blocking", "needs 9 threads, pid_max allows 1")]);
        assert!(text.contains("  blocking: not measured: needs 9 threads, pid_max allows 1"), "{text}");
    }
}
