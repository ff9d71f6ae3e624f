//! The table of one open loop.

use crate::load::workload::Source;
use crate::measure::cell::Median;
use crate::measure::open::cell::OpenCell;
use crate::measure::open::group::{OpenGroup, Target};
use crate::output::terminal::notes::note;
use crate::text::format::{Unit, digits, size};
use crate::text::grid::plain;

/// At most 120 columns wide.
pub(crate) fn render(group: &OpenGroup, rounds: u32, cells: &[OpenCell]) -> String {
    let unit = Unit::of(cells.iter().filter_map(|cell| cell.cell.median.p99_us));
    let mut lines = vec![title(group, rounds), plain(header(unit), cells.iter().map(|cell| row(cell, unit)))];
    lines.extend(cells.iter().filter_map(|cell| note(&cell.cell)));
    let saturated: Vec<_> =
        cells.iter().filter(|cell| cell.saturated == Some(true)).map(|cell| cell.cell.style).collect();
    if !saturated.is_empty() {
        lines.push(format!(
            "  saturated, so that latency only grows with the time measured: {}",
            saturated.join(", ")
        ));
    }
    lines.join("\n")
}

fn title(group: &OpenGroup, rounds: u32) -> String {
    let Source::Embedded { bytes, delay_ms } = group.workload.source else { return group.group_id() };
    let rate = match group.target {
        Target::PerS(rate) => format!("{rate} downloads start per second"),
        Target::Share(percent) => {
            format!("{percent} % of each one's closed loop start per second")
        }
    };
    let rounds = if rounds == 1 { "1 round".into() } else { format!("median of {rounds} rounds") };
    let most = group.workload.in_flight;
    let delay =
        if delay_ms == 0 { "no server delay".into() } else { format!("{delay_ms} ms of server delay") };
    format!("{rate}, at most {most} in flight, {delay}: {} photos, {rounds}", size(bytes))
}

fn header(unit: Unit) -> Vec<String> {
    let latency = |name: &str| format!("{name}\n{}", unit.name());
    let uncorrected = |name: &str| format!("uncorr.\n{name}");
    let one = str::to_owned;
    vec![
        one("style"),
        one("rate\nper s"),
        one("done\nper s"),
        latency("p50"),
        latency("p90"),
        latency("p99"),
        latency("p99.9"),
        latency("max"),
        uncorrected("p50"),
        uncorrected("p99"),
        uncorrected("p99.9"),
        one("\nlate"),
        one("\nskipped"),
        one("CPU\nµs each"),
        one("\nerrors"),
    ]
}

fn row(open: &OpenCell, unit: Unit) -> Vec<String> {
    let shown = |text: Option<String>| text.unwrap_or_else(|| "–".into());
    let latency = |micros: Option<f64>| shown(micros.map(|micros| unit.show(micros)));
    let count = |number: Option<usize>| shown(number.map(|number| number.to_string()));
    let Median { cpu_us_per_download: cpu, downloads_per_s, p50_us, p90_us, p99_us, p999_us, max_us, .. } =
        open.cell.median;
    let uncorrected = open.uncorrected;
    vec![
        open.cell.style.to_owned(),
        shown(open.rate_per_s.map(digits)),
        shown(downloads_per_s.map(digits)),
        latency(p50_us),
        latency(p90_us),
        latency(p99_us),
        latency(p999_us),
        latency(max_us),
        latency(uncorrected.map(|it| it.p50)),
        latency(uncorrected.map(|it| it.p99)),
        latency(uncorrected.map(|it| it.p999)),
        count(open.late),
        count(open.skipped),
        shown(cpu.map(digits)),
        count(open.cell.errors),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::open::cell::tests::open_cell;
    use crate::measure::open::groups;
    use crate::options::tests::options;

    #[test]
    fn both_latencies_stand_side_by_side_and_saturation_is_told() {
        let group = &groups(&options("--bench --open"))[2];
        let text = render(group, 1, &[open_cell(20, 7)]);
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
        assert!(text.starts_with("50 % of each one's closed loop start per second, at most 256"), "{text}");
        let row = text.lines().find(|line| line.starts_with("tokio")).unwrap();
        let figures: Vec<_> = row.split_whitespace().collect();
        assert_eq!(figures[3..10], ["20.1", "20.2", "20.3", "21.0", "22.0", "1.0", "0.00"]);
        assert_eq!(figures[11..13], ["20", "7"]);
        assert!(text.ends_with("measured: tokio"), "{text}");
    }
}
