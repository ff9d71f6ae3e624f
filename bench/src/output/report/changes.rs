//! The page of what has changed from one run to another.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use maud::{Markup, html};

use super::page::document;
use super::table::{boxed, table};
use crate::output::tables;
use crate::record::changes::Changes;
use crate::text::results;

/// Writes the page into this folder; returns its path.
///
/// # Errors
///
/// If it cannot be written.
pub fn write_changes(folder: &Path, changes: &Changes) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let path = folder.canonicalize()?.join("index.html");
    results::replace(&path, &page(changes).into_string())?;
    Ok(path)
}

fn page(changes: &Changes) -> Markup {
    let conditions = changes.conditions();
    document(
        "What has changed",
        &html! {
            section {
                header {
                    p.kicker { (changes.new.name) " compared with " (changes.old.name) }
                    h1 { (changes.verdict()) }
                }
                p {
                    "Ratios are new to old, with their intervals, all of which hold in 95 % of comparisons; * marks a \
                     difference. Styles are \
                     compared by their multiples of " code { "floor" } " in the same round, so a slower machine is no \
                     difference; " code { "floor" } " itself shows it. Without " code { "floor" } " in both runs, \
                     figures are compared as they are."
                }
                @if !conditions.is_empty() {
                    @let body = html! { tbody { @for (name, old, new) in &conditions {
                        tr { th scope="row" { (name) } td { (old) } td { (new) } }
                    } } };
                    (boxed("What differs between the runs", &["", "old", "new"], &body))
                }
                @for group in tables::changes(changes) { (table(&group)) }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::run::Run;
    use crate::record::sample::noisy;

    #[test]
    fn the_verdict_comes_first_and_the_ratios_below() {
        let run = |name: &str, cpu: f64| Run {
            name: name.into(),
            closed: vec![noisy("floor", 64, 5.0, 900.0), noisy("tokio", 64, cpu, 1000.0)],
            ..Run::default()
        };
        let (old, new) = (run("before", 20.0), run("after", 26.0));
        let page = page(&Changes::new(&old, &new)).into_string();
        assert!(page.contains("after compared with before"), "{page}");
        assert!(page.contains("<h1>1 of 1 cells differs: tokio"), "{page}");
        assert!(page.contains("<td class=\"number\">1.300</td>") && page.contains(" *</td>"), "{page}");
    }
}
