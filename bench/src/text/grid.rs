//! Tables as lists of columns, printed in the terminal or written as Markdown.

use comfy_table::{CellAlignment, LineStyle, TableStyle};

use super::format::digits;

/// A line above, one below, and one under the header.
const STYLE: TableStyle = TableStyle::new().top_border(LINE).header_separator(LINE).bottom_border(LINE);

const LINE: LineStyle = LineStyle::none().fill('─').junction('─');

/// An unknown figure.
pub(crate) const UNKNOWN: &str = "–";

/// A table with all its texts.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) title: String,
    pub(crate) headers: Vec<Header>,
    pub(crate) rows: Vec<Vec<String>>,
    /// Each is a line below the table.
    pub(crate) notes: Vec<String>,
}

/// The header of a column.
#[derive(Clone)]
pub(crate) struct Header {
    /// One or two lines.
    text: String,
    pub(crate) kind: Kind,
    /// Whether a short table lacks the column.
    is_detail: bool,
}

/// Names and styles are aligned to the left, figures to the right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Name,
    Style,
    Figure,
}

/// A column: its header, and the text of each row.
pub(crate) struct Column<'a, T> {
    header: Header,
    text: Box<dyn Fn(&T) -> String + 'a>,
}

impl<'a, T> Column<'a, T> {
    pub(crate) fn name(header: &str, text: impl Fn(&T) -> String + 'a) -> Self {
        Self::new(header, Kind::Name, text)
    }

    pub(crate) fn style(text: impl Fn(&T) -> String + 'a) -> Self {
        Self::new("style", Kind::Style, text)
    }

    pub(crate) fn figure(header: &str, text: impl Fn(&T) -> Option<String> + 'a) -> Self {
        Self::new(header, Kind::Figure, move |row| text(row).unwrap_or_else(|| UNKNOWN.into()))
    }

    /// A figure with its significant digits.
    pub(crate) fn number(header: &str, number: impl Fn(&T) -> Option<f64> + 'a) -> Self {
        Self::figure(header, move |row| number(row).map(digits))
    }

    pub(crate) fn count(header: &str, count: impl Fn(&T) -> Option<usize> + 'a) -> Self {
        Self::figure(header, move |row| Some(count(row)?.to_string()))
    }

    /// Leaves the column out of short tables.
    pub(crate) fn detail(mut self) -> Self {
        self.header.is_detail = true;
        self
    }

    fn new(header: &str, kind: Kind, text: impl Fn(&T) -> String + 'a) -> Self {
        Self { header: Header { text: header.into(), kind, is_detail: false }, text: Box::new(text) }
    }
}

impl Table {
    pub(crate) fn new<T>(title: impl Into<String>, columns: &[Column<T>], rows: &[T]) -> Self {
        let texts = |row| columns.iter().map(|column| (column.text)(row)).collect();
        Self {
            title: title.into(),
            headers: columns.iter().map(|column| column.header.clone()).collect(),
            rows: rows.iter().map(texts).collect(),
            notes: Vec::new(),
        }
    }

    pub(crate) fn with_notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// The table without details and notes.
    pub(crate) fn short(mut self) -> Self {
        for row in &mut self.rows {
            let mut headers = self.headers.iter();
            row.retain(|_| headers.next().is_some_and(|header| !header.is_detail));
        }
        self.headers.retain(|header| !header.is_detail);
        self.notes.clear();
        self
    }

    /// The table for the terminal.
    pub(crate) fn terminal(&self) -> String {
        let mut grid = comfy_table::Table::new();
        grid.load_style(STYLE)
            .set_header(self.headers.iter().map(|header| &header.text))
            .add_rows(&self.rows);
        for (index, header) in self.headers.iter().enumerate() {
            let Some(column) = grid.column_mut(index) else { continue };
            column.set_padding((u16::from(index > 0), 0));
            if header.kind == Kind::Figure {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut lines: Vec<_> =
            Some(&self.title).filter(|title| !title.is_empty()).cloned().into_iter().collect();
        lines.push(grid.trim_fmt());
        lines.extend(self.notes.iter().map(|note| format!("  {note}")));
        lines.join("\n")
    }

    /// The table as Markdown, with a list of the notes.
    pub(crate) fn markdown(&self) -> String {
        let line = |texts: Vec<String>| format!("| {} |\n", texts.join(" | "));
        let mut text = format!("**{}**\n\n", self.title);
        text += &line(self.headers.iter().map(Header::text).collect());
        let rules = self.headers.iter().map(|header| if header.kind == Kind::Figure { "--:" } else { "---" });
        text += &line(rules.map(str::to_owned).collect());
        for row in &self.rows {
            let texts = self.headers.iter().zip(row).map(|(header, text)| match header.kind {
                Kind::Style => format!("`{text}`"),
                Kind::Name | Kind::Figure => text.clone(),
            });
            text += &line(texts.collect());
        }
        let notes: String = self.notes.iter().flat_map(|note| ["- ", note, "\n"]).collect();
        if notes.is_empty() { text } else { text + "\n" + &notes }
    }
}

impl Header {
    /// The text in one line.
    pub(crate) fn text(&self) -> String {
        self.text.replace("-\n", "").replace('\n', " ").trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_a_list_of_columns() {
        let columns = [
            Column::style(|row: &(&str, Option<f64>)| row.0.to_owned()),
            Column::number("a\nfigure", |row: &(&str, Option<f64>)| row.1),
            Column::name("\nmore", |_| "m".into()).detail(),
        ];
        let rows = [("one", Some(1.0)), ("two", None)];
        let table = || Table::new("Title", &columns, &rows).with_notes(["so it is".into()]);
        let text = table().terminal();
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        assert_eq!([lines[0], lines[2], lines[3]], ["Title", "style       a", "       figure  more"]);
        assert_eq!(lines[5..7], ["one       1.0  m", "two         –  m"]);
        assert_eq!(lines.last(), Some(&"  so it is"));
        let short = "**Title**\n\n| style | a figure |\n| --- | --: |\n| `one` | 1.0 |\n| `two` | – |\n";
        assert_eq!(table().short().markdown(), short);
        assert!(table().markdown().ends_with("| `two` | – | m |\n\n- so it is\n"));
    }
}
