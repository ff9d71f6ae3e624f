//! The page that lists all runs.

use std::time::{Duration, UNIX_EPOCH};

use maud::html;

use super::page::document;
use super::table::boxed;
use crate::record::run::{Head, Run};

/// The page of these runs, whose folders lie next to it; the newest run comes first.
pub(crate) fn index(runs: &[Run]) -> String {
    let known = Head::default();
    let rows = runs.iter().map(|run| (run, run.head.as_ref().unwrap_or(&known)));
    let body = html! { tbody { @for (run, head) in rows {
        tr {
            th scope="row" { a href={ (run.name) "/index.html" } { (run.name) } }
            td { (httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(head.at_unix_s))) }
            td { (parts(run, head)) }
            td { (head.machine) }
            td { @if let Some(commit) = &head.commit { code { (commit) } } }
            td { (versions(head)) }
        }
    } } };
    let header = ["run", "when", "what", "machine", "commit", "versions"];
    let page = html! {
        section {
            header { h1 { "All runs" } }
            p { a href="latest/index.html" { "The latest full run" } ", or the newest run if none is full." }
            (boxed("The newest run first. Old runs are removed, except for baselines.", &header, &body))
        }
    };
    document("All runs", &page).into_string()
}

/// The measured parts, in words.
fn parts(run: &Run, head: &Head) -> String {
    let cells = [
        ("closed", run.closed.len()),
        ("open", run.open.len()),
        ("cost", run.cost.len()),
        ("waits", run.waits.len()),
        ("scale", run.scale.len()),
        ("pitfalls", run.pitfalls.len()),
    ];
    let cells = cells.iter().filter(|(_, count)| *count > 0).map(|(part, count)| format!("{part} {count}"));
    let mut words: Vec<_> = cells.collect();
    words.push(format!("rounds {}", head.rounds));
    words.extend(head.full.then(|| "full".to_owned()));
    words.extend(head.quick.then(|| "quick".to_owned()));
    words.extend((!head.complete).then(|| "ended early".to_owned()));
    words.join(", ")
}

fn versions(head: &Head) -> String {
    let versions: Vec<_> = head.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    versions.join(", ")
}
