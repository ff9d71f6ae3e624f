//! The figures of the documents that have a recording for themselves.

use std::io;
use std::path::Path;

use super::markdown::{MEMORY, quoted, table};
use crate::record::group::in_order;
use crate::record::run::Run;
use crate::text::markers;

/// The documents, and the name of the recording of each.
pub const PAGES: [(&str, &str); 2] = [("docs/libraries.md", "peers"), ("docs/completions.md", "completions")];

/// Replaces the part `name` of a document by all tables of `name.jsonl` in `folder`, with the text of `name.txt`.
///
/// # Errors
///
/// If a file cannot be read, if it is no recording, or if the document has no such part.
pub fn splice(document: &str, name: &str, folder: &Path) -> io::Result<String> {
    let run = Run::of_file(&folder.join(name).with_extension("jsonl"))?;
    let conditions = quoted(&folder.join(name).with_extension("txt"))?;
    let tables = in_order(&run.closed).map(|group| table(&group)).chain([MEMORY.to_owned()]);
    let tables = tables.collect::<Vec<_>>().join("\n");
    markers::replace(document, name, &format!("\n{tables}\n{conditions}\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::markdown::newest;
    use crate::record::figures::Figure;
    use crate::text::markers::tests::{assert_up_to_date, root};

    #[test]
    fn they_show_the_newest_recorded_figures() {
        for (file, name) in PAGES {
            let folder = newest(&root().join("bench/results"), &format!("{name}.jsonl")).unwrap();
            assert_up_to_date(file, |text| splice(text, name, &folder));
        }
    }

    /// The answer of docs/completions.md is written by hand.
    #[test]
    fn the_answer_on_completions_follows_from_its_figures() {
        const CPU: Figure = |it| Some(it.cpu_us_per_download);
        let folder = newest(&root().join("bench/results"), "completions.jsonl").unwrap();
        let run = Run::of_file(&folder.join("completions.jsonl")).unwrap();
        let mut loads = Vec::new();
        for group in in_order(&run.closed) {
            loads.push(group.in_flight);
            let [callbacks, tokio, completions] =
                ["callbacks", "tokio", "completions"].map(|style| group.cell(style).unwrap());
            let than = |base| group.ratio(completions, base, CPU).unwrap();
            assert!(than(callbacks).ratio >= 1.0, "{} in flight", group.in_flight);
            assert_eq!(than(tokio).high < 1.0, group.in_flight < 256, "{} in flight", group.in_flight);
        }
        assert_eq!(loads, [16, 64, 256]);
    }
}
