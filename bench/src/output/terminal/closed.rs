//! What one looks at in the end.

use crate::load::workload::{Source, Workload};
use crate::measure::cell::{Cell, Median, Versus};
use crate::text::format::{Unit, digits, size};
use crate::text::grid::plain;

/// The column of the interval, which one round has not.
const INTERVAL: usize = 8;

/// The table of one group, at most 120 columns wide, and notes on what a figure does not tell.
pub(crate) fn render(workload: &Workload, rounds: u32, cells: &[Cell]) -> String {
    let unit = Unit::of(cells.iter().filter_map(|cell| cell.median.p99_us));
    let floor =
        cells.iter().find(|cell| cell.style == "floor").and_then(|cell| cell.median.cpu_us_per_download);
    let shown = |mut fields: Vec<String>| {
        if rounds == 1 {
            fields.remove(INTERVAL);
        }
        fields
    };

    let rows = cells.iter().map(|cell| shown(row(cell, unit, floor)));
    let mut lines = vec![title(workload, rounds, cells), plain(shown(header(unit)), rows)];
    lines.extend(super::notes::of(cells));
    lines.join("\n")
}

fn title(workload: &Workload, rounds: u32, cells: &[Cell]) -> String {
    let source = match &workload.source {
        Source::Embedded { delay_ms: 0, .. } => "no server delay".into(),
        Source::Embedded { delay_ms, .. } => format!("{delay_ms} ms of server delay"),
        Source::Url(url) => url.clone(),
    };
    let photo = cells.iter().find_map(|cell| cell.bytes).map_or("?".into(), size);
    let rounds = if rounds == 1 { "1 round".into() } else { format!("median of {rounds} rounds") };
    let Workload { in_flight, count, .. } = workload;
    let processes = match workload.processes() {
        1 => String::new(),
        several => format!(" by {several} processes"),
    };
    format!("{in_flight} in flight{processes}, {source}: {photo} photos, {count} downloads, {rounds}")
}

fn header(unit: Unit) -> Vec<String> {
    let latency = |name: &str| format!("{name}\n{}", unit.name());
    let plain = |name: &str| name.to_owned();
    vec![
        plain("style"),
        plain("downloads\nper s"),
        latency("p50"),
        latency("p90"),
        latency("p99"),
        latency("p99.9"),
        latency("max"),
        plain("CPU\nµs each"),
        plain("× best\nof styles"),
        plain("×\nfloor"),
        plain("server\nµs each"),
        plain("KiB per\nin flight"),
        plain("\nthreads"),
        plain("\nerrors"),
    ]
}

fn row(cell: &Cell, unit: Unit, floor: Option<f64>) -> Vec<String> {
    let absent = if cell.failed.is_some() { "–" } else { "n/a" };
    let or_absent = |text: Option<String>| text.unwrap_or_else(|| absent.into());
    let latency = |micros: Option<f64>| or_absent(micros.map(|micros| unit.show(micros)));
    let Median { cpu_us_per_download: cpu, p50_us, p90_us, p99_us, p999_us, max_us, .. } = cell.median;
    vec![
        cell.style.to_owned(),
        or_absent(cell.median.downloads_per_s.map(digits)),
        latency(p50_us),
        latency(p90_us),
        latency(p99_us),
        latency(p999_us),
        latency(max_us),
        or_absent(cpu.map(digits)),
        or_absent(versus(cell)),
        cpu.zip(floor).map_or("–".into(), |(cpu, floor)| format!("{:.2}", cpu / floor)),
        or_absent(cell.median.server_cpu_us_per_download.map(digits)),
        or_absent(cell.median.rss_kib_per_in_flight.map(digits)),
        or_absent(cell.median.threads_max.map(|threads| threads.to_string())),
        or_absent(cell.errors.map(|errors| errors.to_string())),
    ]
}

/// The interval of the ratio, or that there is none to speak of.
fn versus(cell: &Cell) -> Option<String> {
    let Versus { style, ratio, different } = cell.cpu_vs_best?;
    Some(match different {
        _ if style == cell.style => "best".into(),
        true => format!("{:.2}–{:.2}", ratio.low, ratio.high),
        false => "no diff.".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::cell::tests::{cell, failed, workload};

    #[test]
    fn figures_stand_under_their_names_with_their_units() {
        let mut cells = [cell("floor", &[12.3, 12.1, 12.9]), cell("async-std", &[24.6, 24.6, 24.6])];
        crate::measure::versus::compare_cpu(&mut cells);
        let text = render(&workload(), 3, &cells);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines[0],
            "64 in flight, 20 ms of server delay: 32 KiB photos, 3840 downloads, median of 3 rounds"
        );
        assert!(lines[2].contains("p99.9") && lines[3].contains("ms"), "{text}");
        let row = lines.iter().find(|line| line.starts_with("async-std")).unwrap();
        let figures: Vec<_> = row.split_whitespace().collect();
        assert_eq!(
            figures,
            [
                "async-std",
                "3072",
                "20.1",
                "20.2",
                "20.3",
                "21.0",
                "22.0",
                "24.6",
                "best",
                "2.00",
                "20.0",
                "2.5",
                "1",
                "0"
            ]
        );
        assert!(text.contains("0.49–0.52"), "{text}");
    }

    #[test]
    fn it_fits_into_120_columns() {
        let cells = [cell("tokio-multi", &[12_345.6, 99_999.0]), failed("blocking", "no threads")];
        let text = render(&workload(), 3, &cells);
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    }

    #[test]
    fn a_cell_that_could_not_run_is_shown_with_its_reason() {
        let text = render(&workload(), 1, &[failed("blocking", "needs 9 threads, pid_max allows 1")]);
        assert!(text.contains("  blocking: not measured: needs 9 threads, pid_max allows 1"), "{text}");
    }
}
