//! The table of what a download costs.

use super::{delay, shown};
use crate::output::notes;
use crate::record::cost::CostCell;
use crate::record::figures::Figure;
use crate::text::format::size;
use crate::text::grid;

type Column<'a> = grid::Column<'a, CostCell>;

/// `None` without a cell.
pub(super) fn render(cells: &[CostCell]) -> Option<String> {
    let CostCell { bytes, delay_ms, in_flight, .. } = cells.first()?;
    let of = |header: &str, figure: Figure| {
        Column::figure(header, move |cell| shown(cell.figures.as_ref().and_then(figure)))
    };
    let columns = [
        Column::name("style", |cell| cell.style.clone()),
        of("user\nµs", |it| Some(it.cpu_user_us_per_download)),
        of("system\nµs", |it| Some(it.cpu_system_us_per_download)),
        of("voluntary\nswitches", |it| Some(it.voluntary_switches_per_download)),
        of("involuntary\nswitches", |it| Some(it.involuntary_switches_per_download)),
        Column::figure("allo-\ncations", |cell| shown(cell.allocations_per_download)),
        Column::figure("allocated\nKiB", |cell| {
            shown(cell.allocated_bytes_per_download.map(|bytes| bytes / 1024.0))
        }),
        Column::figure("\ninstructions", |cell| shown(cell.instructions_per_download)),
        of("KiB in\nflight", |it| it.rss_kib_per_in_flight),
        Column::figure("\nthreads", |cell| Some(cell.figures?.threads_max?.to_string())),
    ];
    let (photo, delay) = (size(*bytes), delay(*delay_ms));
    let mut lines = vec![
        format!("Cost per download: {photo} photos, {delay}, {in_flight} in flight"),
        grid::terminal(&columns, cells),
    ];
    lines.extend(
        cells.iter().filter_map(|cell| Some(notes::not_measured(&cell.style, cell.failed.as_ref()?))),
    );
    let without = cells.iter().find_map(|cell| cell.no_instructions.as_ref());
    lines.extend(without.map(|why| format!("  no instructions: {why}")));
    Some(lines.join("\n"))
}
