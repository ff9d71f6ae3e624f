//! The outcomes, as the table in `FAULTS.md`.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::row::Section;

const BEGIN: &str = "<!-- what came out -->\n";
const END: &str = "<!-- /what came out -->";

/// The table; `by_ureq` has the outcome of each row for ureq.
pub(crate) fn markdown(sections: &[Section], by_ureq: Vec<String>) -> String {
    let mut text = String::new();
    let mut by_ureq = by_ureq.into_iter();
    for section in sections {
        write!(text, "\n**{}**\n\n| | every style | ureq |\n| --- | --- | --- |\n", section.title).unwrap();
        for (row, by_ureq) in section.rows.iter().zip(&mut by_ureq) {
            let mut judged = row.ending.to_string();
            if row.ending_by_tls != row.ending {
                write!(judged, "; with TLS {}", row.ending_by_tls).unwrap();
            }
            writeln!(text, "| {} | {judged} | {by_ureq} |", row.name.replace('|', "\\|")).unwrap();
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
