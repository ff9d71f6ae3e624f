//! The table of what a download costs.

use super::notes;
use crate::record::cost::CostCell;
use crate::record::figures::Figure;
use crate::record::load::Load;
use crate::text::grid::{self, Table};

type Column<'a> = grid::Column<'a, CostCell>;

/// `None` without a cell. Instructions vary least from run to run, so a short table has no other times.
pub(crate) fn cost(cells: &[CostCell]) -> Option<Table> {
    let CostCell { bytes, delay_ms, in_flight, .. } = cells.first()?;
    let of = |header: &str, figure: Figure| {
        Column::number(header, move |cell| cell.figures.as_ref().and_then(figure))
    };
    let callbacks = cells.iter().find(|cell| cell.style == "callbacks");
    let callbacks = callbacks.and_then(|cell| cell.instructions_per_download);
    let columns = [
        Column::style(|cell| cell.style.clone()),
        of("user\nµs", |it| Some(it.cpu_user_us_per_download)).detail(),
        of("system\nµs", |it| Some(it.cpu_system_us_per_download)).detail(),
        Column::number("\ninstructions", |cell| cell.instructions_per_download),
        Column::figure("×\ncallbacks", move |cell| {
            Some(format!("{:.2}", cell.instructions_per_download? / callbacks?))
        }),
        Column::number("allo-\ncations", |cell| cell.allocations_per_download),
        Column::number("allocated\nKiB", |cell| Some(cell.allocated_bytes_per_download? / 1024.0)),
        of("voluntary\nswitches", |it| Some(it.voluntary_switches_per_download)),
        of("involuntary\nswitches", |it| Some(it.involuntary_switches_per_download)),
        Column::figure("\nthreads", |cell| Some(cell.figures?.threads_max?.to_string())).detail(),
    ];
    let title = format!("Cost per download: {}, {in_flight} in flight", Load::plain(*bytes, *delay_ms));
    let not_measured =
        cells.iter().filter_map(|cell| Some(notes::not_measured(&cell.style, cell.failed.as_ref()?)));
    let without = cells.iter().find_map(|cell| cell.no_instructions.as_ref());
    let notes = not_measured.chain(without.map(|why| format!("no instructions: {why}")));
    Some(Table::new(title, &columns, cells).with_notes(notes))
}
