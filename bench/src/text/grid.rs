//! Tables as lists of columns, printed in the terminal or written as Markdown.

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

/// A line above, one below, and one under the header.
const STYLE: TableStyle = TableStyle::new().top_border(LINE).header_separator(LINE).bottom_border(LINE);

const LINE: LineStyle = LineStyle::none().fill('─').junction('─');

/// An unknown figure.
pub(crate) const UNKNOWN: &str = "–";

/// A column: its header, and the text of each row.
pub(crate) struct Column<'a, T> {
    header: String,
    text: Box<dyn Fn(&T) -> String + 'a>,
    /// Names are aligned to the left, figures to the right.
    is_name: bool,
}

impl<'a, T> Column<'a, T> {
    pub(crate) fn name(header: &str, text: impl Fn(&T) -> String + 'a) -> Self {
        Self { header: header.into(), text: Box::new(text), is_name: true }
    }

    pub(crate) fn figure(header: &str, text: impl Fn(&T) -> Option<String> + 'a) -> Self {
        let text = move |row: &T| text(row).unwrap_or_else(|| UNKNOWN.into());
        Self { header: header.into(), text: Box::new(text), is_name: false }
    }

    pub(crate) fn header(&self) -> &str {
        &self.header
    }

    pub(crate) fn text(&self, row: &T) -> String {
        (self.text)(row)
    }

    fn texts<'b>(columns: &'b [Self], row: &'b T) -> impl Iterator<Item = String> + 'b {
        columns.iter().map(move |column| (column.text)(row))
    }
}

/// The table for the terminal.
pub(crate) fn terminal<T>(columns: &[Column<T>], rows: &[T]) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(columns.iter().map(|column| &column.header));
    for row in rows {
        table.add_row(Column::texts(columns, row));
    }
    for (index, column) in columns.iter().enumerate() {
        let Some(shown) = table.column_mut(index) else { continue };
        shown.set_padding((u16::from(index > 0), 0));
        if !column.is_name {
            shown.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// The table as Markdown.
pub(crate) fn markdown<T>(columns: &[Column<T>], rows: &[T]) -> String {
    let row =
        |texts: &mut dyn Iterator<Item = String>| format!("| {} |\n", texts.collect::<Vec<_>>().join(" | "));
    let mut text = row(&mut columns.iter().map(|column| column.header.clone()));
    text += &row(&mut columns.iter().map(|column| if column.is_name { "---" } else { "--:" }.to_owned()));
    for one in rows {
        text += &row(&mut Column::texts(columns, one));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_a_list_of_columns() {
        let columns = [
            Column::name("name", |row: &(&str, Option<u8>)| row.0.to_owned()),
            Column::figure("figure", |row: &(&str, Option<u8>)| row.1.map(|figure| figure.to_string())),
        ];
        let rows = [("one", Some(1)), ("two", None)];
        assert_eq!(markdown(&columns, &rows), "| name | figure |\n| --- | --: |\n| one | 1 |\n| two | – |\n");
        let text = terminal(&columns, &rows);
        let lines: Vec<Vec<_>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(
            lines[1..5],
            [vec!["name", "figure"], vec![lines[0][0]], vec!["one", "1"], vec!["two", "–"]]
        );
    }
}
