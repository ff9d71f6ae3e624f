//! The table of costs.

use crate::load::workload::{Source, Workload};
use crate::measure::cost::cell::CostCell;
use crate::measure::trial::Figures;
use crate::text::format::{digits, size};
use crate::text::grid::plain;

/// At most 120 columns wide.
pub(crate) fn render(workload: &Workload, cells: &[CostCell]) -> String {
    let Workload { source, in_flight, .. } = workload;
    let photo = match source {
        Source::Embedded { bytes, delay_ms } => {
            format!("{} photos, {delay_ms} ms of server delay", size(*bytes))
        }
        Source::Url(url) => url.clone(),
    };
    let header = [
        "style",
        "user\nµs",
        "system\nµs",
        "voluntary\nswitches",
        "involuntary\nswitches",
        "allo-\ncations",
        "allocated\nKiB",
        "\ninstructions",
        "KiB per\nin flight",
        "\nthreads",
    ];
    let mut lines = vec![
        format!("Cost per download: {photo}, {in_flight} in flight"),
        plain(header.map(str::to_owned).into(), cells.iter().map(row)),
    ];
    let failed = |cell: &CostCell| Some(format!("  {}: not measured: {}", cell.style, cell.failed.as_ref()?));
    lines.extend(cells.iter().filter_map(failed));
    let without = cells.iter().find_map(|cell| cell.no_instructions.as_ref());
    lines.extend(without.map(|why| format!("  no instructions: {why}")));
    lines.join("\n")
}

fn row(cell: &CostCell) -> Vec<String> {
    let shown = |figure: Option<f64>| figure.map_or("–".into(), digits);
    let of = |figure: fn(&Figures) -> Option<f64>| shown(cell.figures.as_ref().and_then(figure));
    vec![
        cell.style.to_owned(),
        of(|it| Some(it.cpu_user_us_per_download)),
        of(|it| Some(it.cpu_system_us_per_download)),
        of(|it| Some(it.voluntary_switches_per_download)),
        of(|it| Some(it.involuntary_switches_per_download)),
        shown(cell.allocations_per_download),
        shown(cell.allocated_bytes_per_download.map(|bytes| bytes / 1024.0)),
        shown(cell.instructions_per_download),
        of(|it| it.rss_kib_per_in_flight),
        cell.figures.and_then(|it| it.threads_max).map_or("–".into(), |threads| threads.to_string()),
    ]
}
