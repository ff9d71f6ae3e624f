//! What came out, as the table in `FAULTS.md`.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use photo_tests::Contender;

use crate::row::Section;

const BEGIN: &str = "<!-- what came out -->\n";
const END: &str = "<!-- /what came out -->";

/// The table, given what came out of the row of this number for this contender.
pub(crate) fn markdown(sections: &[Section], came_out: impl Fn(usize, Contender) -> String) -> String {
    let mut text = String::new();
    let mut number = 0;
    for section in sections {
        let names = Contender::STYLES.map(Contender::name).join(" | ");
        let rule = "| --- ".repeat(Contender::STYLES.len() + 1);
        write!(text, "\n**{}**\n\n| | {names} |\n{rule}|\n", section.title).unwrap();
        for row in &section.rows {
            let cells = Contender::STYLES.map(|contender| came_out(number, contender)).join(" | ");
            writeln!(text, "| {} | {cells} |", row.name.replace('|', "\\|")).unwrap();
            number += 1;
        }
    }
    text.push('\n');
    text
}

/// Panics unless `FAULTS.md` has this table; or writes it there, if `UPDATE_FAULTS` is set.
pub(crate) fn assert_documented(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("FAULTS.md");
    let document = fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once(BEGIN).expect("FAULTS.md has a place for the table");
    let (documented, after) = rest.split_once(END).expect("FAULTS.md has a place for the table");
    if std::env::var_os("UPDATE_FAULTS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        let command = "UPDATE_FAULTS=1 cargo test -p photo-tests --test faults";
        assert!(documented == table, "FAULTS.md is not what came out any more; write it by `{command}`");
    }
}
