//! The findings on one machine: the answer, its figures, and their origin.

use std::io;
use std::time::{Duration, UNIX_EPOCH};

use maud::{Markup, html};

use super::choice::choice;
use super::placed::{LOG, Placed};
use super::table::table;
use super::{cores, known, pictures, sources};
use crate::output::tables;
use crate::record::decision::{Decision, undecided};
use crate::record::group::sorted;
use crate::record::open::rates;
use crate::record::run::{Head, LINES, Run};
use crate::record::waits::counts;

pub(super) const TITLE: &str = "Three ways of waiting";

/// The section of one machine, with the filter if there is no other machine.
///
/// # Errors
///
/// If a histogram cannot be read.
pub(super) fn findings(placed: &Placed, filter: Option<&Markup>) -> io::Result<Markup> {
    let run = placed.run;
    let answers = run.decisions();
    // All styles take part on one core. With a delay, the style matters; the answer with the most steps says most.
    let answer = answers.iter().max_by_key(|it| {
        (
            it.load.client_cores <= 1,
            it.load.delay_ms > Some(0),
            it.steps.len(),
            it.steps.last().map(|s| s.to_in_flight),
        )
    });
    let load = answer.map(|it| it.load);
    let no_choice = answer.map(Decision::without_choice).unwrap_or_default();
    let answer = answer.map_or("Which style to choose, when".into(), Decision::answer);
    let (parts, absent): (Vec<_>, Vec<_>) = parts(run)?.into_iter().partition(Part::has_data);
    let absent: Vec<_> = absent.iter().map(|part| part.title.to_lowercase()).collect();
    Ok(html! {
        section.machine {
            header {
                @if filter.is_some() { p.kicker { (TITLE) } h1.answer { (answer) } }
                @else { p.kicker { (run.name) } h2.answer { (answer) } }
                @if let Some(load) = load {
                    p.lead { "For " (load) ": the plainest code that keeps up with the fastest." (no_choice) }
                }
                @match choice(run) {
                    Some(table) => (table),
                    None => p.note { "This run decides nothing, because " (undecided(&sorted(run.loops()))) "." }
                }
                p.origin { (origin(run)) }
            }
            @if let Some(filter) = filter { (filter) }
            @for part in &parts { (part.show()) }
            @if !absent.is_empty() { p.note { "Not part of this run: " (absent.join(", ")) "." } }
            (figures(placed))
        }
    })
}

/// A part of the findings, without pictures and tables if the run has no data for it.
struct Part {
    title: &'static str,
    about: &'static str,
    pictures: Vec<Markup>,
    tables: Vec<Markup>,
}

fn parts(run: &Run) -> io::Result<[Part; 9]> {
    let part = |title, about, pictures, tables| Part { title, about, pictures, tables };
    Ok([
        part(
            "Latency",
            "From the start of a download to its photo. Each nine of the percentile has the same room. Marks are the \
             figures of the tables: medians of the rounds, with bars from the least to the most. The line is of all \
             rounds together.",
            pictures::latencies(run)?,
            Vec::new(),
        ),
        part(
            "Throughput and CPU",
            "Bars go from the least to the most of all rounds. CPU is user and system, of the whole client.",
            pictures::against_in_flight(run, &pictures::SPEED),
            Vec::new(),
        ),
        part(
            "Photos per second against cores",
            "On one client core, and on all of them. callbacks-multi and smol-multi have a client and a loop in a thread for \
             each core; on one core they are callbacks and smol.",
            cores::pictures(run),
            Vec::new(),
        ),
        part(
            "Memory and threads",
            "KiB per download in flight: the peak resident memory of the client above that after one download, divided \
             by the downloads in flight.",
            pictures::against_in_flight(run, &pictures::SPACE),
            Vec::new(),
        ),
        part(
            "Next to what you know",
            "Libraries and other languages at the same load, on one core each. CPU and memory are those of the whole \
             process; memory is the peak above that after one download, or before it in other languages.",
            known::known(run).into_iter().collect(),
            Vec::new(),
        ),
        part(
            "Open loop",
            "Downloads start at a fixed rate, whether or not earlier ones have ended: the same for all, or a share of \
             what each style reached in the closed loop. Latency counts from when they should have started; \
             uncorrected, from when they did.",
            pictures::rates(run)?,
            rates(&run.open).into_iter().map(|cells| table(&tables::open(cells))).collect(),
        ),
        part("Cost of a download", "", Vec::new(), tables::cost(&run.cost).iter().map(table).collect()),
        part(
            "Waiting alone",
            "Threads that sleep, callbacks on timers, tasks on timers of their runtime.",
            pictures::waits(run),
            counts(&run.waits).map(|cells| table(&tables::waits(cells))).collect(),
        ),
        part(
            "Pitfalls",
            "The cost of tempting mistakes, each next to the right way.",
            Vec::new(),
            tables::pitfalls(&run.pitfalls, |cell| cell.pitfall.clone()).iter().map(table).collect(),
        ),
    ])
}

impl Part {
    fn has_data(&self) -> bool {
        !self.pictures.is_empty() || !self.tables.is_empty()
    }

    /// Its tables are folded where there are pictures of the same.
    fn show(&self) -> Markup {
        let Self { title, about, pictures, tables } = self;
        html! {
            section {
                h2 { (title) }
                @if !about.is_empty() { p { (about) } }
                @if !pictures.is_empty() { div.pictures { @for picture in pictures { (picture) } } }
                @if pictures.is_empty() { @for table in tables { (table) } }
                @else if !tables.is_empty() {
                    details { summary { (title) " in figures" } @for table in tables { (table) } }
                }
            }
        }
    }
}

fn origin(run: &Run) -> Markup {
    let Some(Head { at_unix_s, machine, commit, rounds, quick, complete, .. }) = &run.head else {
        let conditions = run.conditions.as_deref();
        return sources::with_code(conditions.unwrap_or("Where it was measured was not recorded."));
    };
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(*at_unix_s));
    html! {
        "Measured on " (machine) ", " (date)
        @if let Some(commit) = commit { ", commit " code { (commit) } }
        ", " (rounds) @if *rounds == 1 { " round" } @else { " rounds" }
        "."
        @if !*complete { " It was ended early, so some rounds or parts are missing." }
        @if *quick || *rounds == 1 { " One short round cannot tell a difference from chance." }
    }
}

/// Everything that was measured, and where to take it from.
fn figures(placed: &Placed) -> Markup {
    let Placed { run, place, log } = placed;
    let closed: Vec<_> = sorted(run.loops()).iter().map(|group| table(&tables::closed(group))).collect();
    html! {
        section {
            h2 { "All figures" }
            @if !closed.is_empty() {
                details { summary { "Closed loops: " (closed.len()) " tables" } @for table in closed { (table) } }
            }
            p {
                "Raw: " a href={ (place) (LINES) } { "the results as JSON lines" }
                @if log.is_some() {
                    ", " a href={ (place) (LOG) } { "all latencies as an HDR histogram log" }
                } "."
            }
            @if let (Some(conditions), true) = (&run.conditions, run.head.is_some()) { p { (sources::with_code(conditions)) } }
            @if let Some(head) = &run.head {
                dl {
                    @if !head.client_cores.is_empty() {
                        dt { "Cores" } dd { "client on " (head.client_cores) ", server on " (head.server_cores) }
                    }
                    dt { "Order of cells" } dd { "drawn from seed " (head.seed) }
                    @if !head.versions.is_empty() {
                        dt { "Versions" }
                        dd {
                            @for (index, (name, version)) in head.versions.iter().enumerate() {
                                @if index > 0 { ", " } (name) " " (version)
                            }
                        }
                    }
                }
            }
        }
    }
}
