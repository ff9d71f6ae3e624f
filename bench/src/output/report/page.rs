//! The page as a whole.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::findings::{TITLE, findings};
use super::palette::{self, LOOKS};
use super::placed::Placed;
use super::sources;
use crate::record::run::Run;

const STYLE: &str = include_str!("style.css");

/// Nothing may come from outside, and there is nothing to run.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The page of these runs. `root` is the workspace, whose sources are shown; `criterion` is where its report is.
///
/// # Errors
///
/// If a histogram cannot be read.
pub(super) fn page(runs: &[Placed], root: &Path, criterion: Option<&str>) -> io::Result<Markup> {
    let filter = filter(runs);
    let (above, within) = if runs.len() > 1 { (Some(&filter), None) } else { (None, Some(&filter)) };
    let machines = runs.iter().map(|placed| findings(placed, within)).collect::<io::Result<Vec<_>>>()?;
    Ok(document(
        TITLE,
        &html! {
            @if let Some(filter) = above {
                header { p.kicker { (TITLE) } h1 { "Which style, when, on " (runs.len()) " machines" } }
                (filter)
            }
            @for machine in machines { (machine) }
            (code(root))
            (method(criterion))
        },
    ))
}

/// A page with this content.
pub(super) fn document(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(palette::css())) (PreEscaped(STYLE)) }
            }
            body { main { (content) } }
        }
    }
}

/// Hides and shows styles everywhere, without a script.
fn filter(runs: &[Placed]) -> Markup {
    let styles = |run: &'_ Run| {
        let cells = run.loops().map(|cell| &cell.style).chain(run.open.iter().map(|open| &open.cell.style));
        let others = run.cost.iter().map(|cell| &cell.style).chain(run.waits.iter().map(|cell| &cell.style));
        cells.chain(others).cloned().collect::<Vec<_>>()
    };
    let present: BTreeSet<_> = runs.iter().flat_map(|placed| styles(placed.run)).collect();
    html! {
        form.filter aria-label="Which styles to show" {
            fieldset {
                legend { "Show" }
                @for look in LOOKS.iter().filter(|look| present.contains(look.style)) {
                    label style={ "--mark:var(--" (look.style) ")" } {
                        input type="checkbox" id={ "show-" (look.style) } checked;
                        span.swatch {} (look.style)
                    }
                }
            }
        }
    }
}

/// The sources, which are the same on every machine.
fn code(root: &Path) -> Markup {
    let shown = |part: io::Result<Markup>| match part {
        Ok(part) => part,
        Err(error) => html! { p.note { "Left out: " (error) } },
    };
    html! {
        section.code {
            h2 { "The order of events" }
            p { "Four photos with different delays, started together. A number is the source line that prints the event; a \
                 bar is a running thread, a line is waiting." }
            (shown(sources::order(root)))
        }
        section.code {
            h2 { "The code" }
            p { "Every recipe in each style, with its lines of code and its number of words such as clone, Rc and move, which \
                 keep a value alive, share it or give it away." }
            (shown(sources::recipes(root)))
        }
    }
}

fn method(criterion: Option<&str>) -> Markup {
    html! {
        section {
            h2 { "How it was measured" }
            ul {
                li { "Each cell has a fresh server process and a fresh client process, on different cores where there \
                      are two." }
                li { "Connections are made before anything is measured. Afterwards the server’s counters prove that \
                      every client had the same number of measured requests, bytes and connections; a client with \
                      other counts is not shown." }
                li { "In a closed loop, the first download of each thread, callback or task leads in, and as many lead \
                      out: neither the start of all at once nor the end is measured." }
                li { "Rounds are interleaved in random order. Figures are medians, with their intervals. Two styles \
                      differ only if the interval of their ratio, from rounds that took turns, says so." }
                li { code { "floor" } " is the client that runs the least code: a readiness loop that sends a request made \
                      beforehand, and counts the bytes of the reply." }
            }
            h3 { "Measure it yourself" }
            pre tabindex="0" { code {
                "cargo bench                                  # all of this, on your machine\n"
                "cargo bench -- --quick                       # in a minute or two\n"
                "cargo bench -- --save-baseline NAME          # keep a run; --baseline NAME compares another with it\n"
                "cargo bench --bench load -- --url URL        # against a server of your own\n"
                "cargo run -p photo-bench --bin report -- --merge FOLDER FOLDER…   # several machines on one page\n"
            } }
            p {
                @match criterion {
                    Some(page) => { a href=(page) { "Criterion’s report" } " has one download at a time, and batches." }
                    None => "Criterion’s report is next to this one after a whole cargo bench."
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;
    use crate::record::sample::{cell, noisy, open};
    use crate::text::markers::tests::root;

    fn page_of(run: &Run) -> String {
        let placed = Placed { run, place: String::new(), log: None };
        page(&[placed], &root(), None).unwrap().into_string()
    }

    #[test]
    fn the_answer_comes_first_and_nothing_comes_from_outside() {
        let cells = [1, 1024].iter().flat_map(|in_flight| {
            let tail = if *in_flight == 1 { 1000.0 } else { 9000.0 };
            [noisy("blocking", *in_flight, 80.0, tail), noisy("tokio", *in_flight, 20.0, 1000.0)]
        });
        let page = page_of(&Run { closed: cells.collect(), ..Run::default() });
        assert!(page.contains("<h1 class=\"answer\">One at a time, block. From 1024, await on tokio.</h1>"));
        assert!(!page.contains("<script"));
        for attribute in [" href=\"", " src=\""] {
            for (_, link) in page.match_indices(attribute).map(|(at, name)| page.split_at(at + name.len())) {
                assert!(!link.split('"').next().is_some_and(|link| link.contains("//")), "{link:.40}");
            }
        }
        for style in [STYLE, &palette::css()] {
            assert!(!style.contains("url(") && !style.contains("@import"));
        }
    }

    #[test]
    fn parts_without_data_are_named_and_left_out() {
        let page = page_of(&Run::default());
        assert!(page.contains("This run decides nothing, because no styles are compared."));
        assert!(page.contains("Not part of this run: latency, "));
    }

    #[test]
    fn a_quick_run_says_how_many_rounds_decide() {
        let closed = ["blocking", "tokio"].map(|style| cell(style, &[9.0])).into();
        let page = page_of(&Run { closed, ..Run::default() });
        let why = "This run decides nothing, because one round is too few: a decision needs 8.";
        assert!(page.contains(why), "{page}");
    }

    #[test]
    fn measured_parts_are_shown() {
        let run = Run::parse(&[
            r#"{"version":3,"mode":"run","at_unix_s":1795376921,"machine":"Z 80","client_cores":"1","server_cores":"0","commit":"abc","seed":7,"rounds":1,"quick":false,"complete":true,"full":false,"versions":{"mio":"1.2"}}"#.into(),
            Record::Open(open(cell("tokio", &[9.0]))).to_line(),
            r#"{"version":3,"mode":"cost","style":"tokio","in_flight":64,"count":9,"delay_ms":20,"bytes":32768,"allocations_per_download":12.5,"no_instructions":"valgrind is not there","failed":"no"}"#.into(),
            r#"{"version":3,"mode":"waits","style":"smol","count":1000,"start_s":0.5,"finish_s":1.0,"cpu_us_per_wait":1.0,"threads":2}"#.into(),
            r#"{"version":3,"mode":"decision","bytes":1024,"delay_ms":5,"tls":false,"fresh":false,"client_cores":1,"steps":[{"from_in_flight":1,"to_in_flight":64,"choose":"smol","keep_up":["smol"],"least_cpu":"callbacks","like_least_cpu":[]}]}"#.into(),
        ].join("\n"));
        let page = page_of(&run.unwrap());
        for text in [
            "From 1 to 64 at once, await on smol.",
            "Measured on Z 80, Sun, 22 Nov 2026 19:48:41 GMT, commit <code>abc</code>, 1 round.",
            "cannot tell a difference from chance",
            "<td class=\"number\">123</td>",
            "saturated, so that latency grows with the time measured: tokio",
            "valgrind is not there",
            "1000 waits at once",
            "mio 1.2",
        ] {
            assert!(page.contains(text), "{text} is not in the page");
        }
    }
}
