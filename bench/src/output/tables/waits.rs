//! The table of waiting alone.

use super::notes;
use crate::record::waits::{WaitsCell, WaitsFigures};
use crate::text::grid::{self, Table};

type Column<'a> = grid::Column<'a, WaitsCell>;

/// The table of the cells of one number of waits.
pub(crate) fn waits(cells: &[WaitsCell]) -> Table {
    let of = |header: &str, figure: fn(&WaitsFigures) -> Option<f64>| {
        Column::number(header, move |cell| cell.figures.as_ref().and_then(figure))
    };
    let columns = [
        Column::style(|cell| cell.style.clone()),
        of("start\nms", |it| Some(it.start_s * 1e3)),
        of("finish\nms", |it| Some(it.finish_s * 1e3)),
        of("CPU\nµs each", |it| Some(it.cpu_us_per_wait)),
        of("bytes\neach", |it| it.bytes_per_wait),
        Column::figure("\nthreads", |cell| Some(cell.figures?.threads?.to_string())),
    ];
    let title = format!("{} waits at once, without a download", cells[0].count);
    let failed =
        cells.iter().filter_map(|cell| Some(notes::not_measured(&cell.style, cell.failed.as_ref()?)));
    Table::new(title, &columns, cells).with_notes(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_that_could_not_wait_has_a_reason() {
        let figures = WaitsFigures {
            start_s: 0.0123,
            finish_s: 0.002,
            cpu_us_per_wait: 1.5,
            bytes_per_wait: Some(240.0),
            threads: Some(1),
        };
        let cell =
            |style: &str, figures, failed| WaitsCell { style: style.into(), count: 9, figures, failed };
        let cells =
            [cell("tokio", Some(figures), None), cell("blocking", None, Some("too few threads".into()))];
        let table = waits(&cells);
        assert_eq!(table.rows[0], ["tokio", "12.3", "2.0", "1.5", "240", "1"]);
        assert_eq!(table.rows[1], ["blocking", "–", "–", "–", "–", "–"]);
        assert_eq!(table.notes, ["blocking: not measured: too few threads"]);
    }
}
