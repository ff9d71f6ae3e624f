//! The outcomes, as the table in `FAULTS.md`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use photo_tests::Style;

use crate::row::Section;

const BEGIN: &str = "<!-- what came out -->\n";
const END: &str = "<!-- /what came out -->";

/// The column that is shown, not judged.
const SHOWN: &str = " | ureq |";

/// The table; `came_out` returns the outcome of the row of a number for a style.
pub(crate) fn markdown(sections: &[Section], came_out: impl Fn(usize, Style) -> String) -> String {
    let mut text = String::new();
    let mut number = 0;
    for section in sections {
        write!(text, "\n**{}**\n\n| | every style{SHOWN}\n| --- | --- | --- |\n", section.title).unwrap();
        for row in &section.rows {
            let styles = BTreeSet::from(Style::HELD_EQUAL.map(|style| came_out(number, style)));
            let styles = Vec::from_iter(styles).join(", ");
            let ureq = came_out(number, Style::Ureq);
            writeln!(text, "| {} | {styles} | {ureq} |", row.name.replace('|', "\\|")).unwrap();
            number += 1;
        }
    }
    text.push('\n');
    text
}

/// The table without the column of ureq, whose outcome may depend on the time.
fn judged(table: &str) -> String {
    let judged = |line: &str| match line.strip_suffix(" |").and_then(|cells| cells.rsplit_once(" | ")) {
        Some((judged, _)) => format!("{judged}\n"),
        None => format!("{line}\n"),
    };
    table.lines().map(judged).collect()
}

/// Panics unless `FAULTS.md` has this table, as far as it is judged; writes it instead if `UPDATE_FAULTS` is set.
pub(crate) fn assert_documented(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("FAULTS.md");
    let document = fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once(BEGIN).expect("FAULTS.md has a place for the table");
    let (documented, after) = rest.split_once(END).expect("FAULTS.md has a place for the table");
    if std::env::var_os("UPDATE_FAULTS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        let command = "UPDATE_FAULTS=1 cargo test -p photo-tests --test faults";
        assert!(
            judged(documented) == judged(table),
            "FAULTS.md is not what came out any more; write it by `{command}`"
        );
    }
}
