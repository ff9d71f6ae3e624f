//! Tables of the terminal.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

/// A line above, one below, and one under the header.
pub(crate) const STYLE: TableStyle =
    TableStyle::new().top_border(LINE).header_separator(LINE).bottom_border(LINE);

const LINE: LineStyle = LineStyle::none().fill('─').junction('─');

/// A name in the first column, figures in the others.
pub(crate) fn plain(header: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> String {
    lined(header, rows, 1)
}

/// A table whose first columns, as many as are `names`, are read from the left; figures are read from the right.
pub(crate) fn lined(header: Vec<String>, rows: impl Iterator<Item = Vec<String>>, names: usize) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(header).add_rows(rows);
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((u16::from(index > 0), 0));
        if index >= names {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}
