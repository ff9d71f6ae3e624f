//! The tables of the terminal, at most 120 columns wide.

mod changes;
mod closed;
mod cost;
mod decision;
mod open;
mod pitfalls;
mod waits;

use std::fmt::Write;

pub use changes::print as print_changes;

use crate::record::group::in_order;
use crate::record::open::rates;
use crate::record::run::Run;
use crate::record::waits::counts;
use crate::text::format::digits;
use crate::text::out;

/// Every table of a run, in the order of its parts.
pub fn tables(run: &Run) -> Vec<String> {
    let mut tables: Vec<_> = in_order(&run.closed).map(|group| closed::render(&group)).collect();
    tables.extend(rates(&run.open).into_iter().map(open::render));
    tables.extend(cost::render(&run.cost));
    tables.extend(counts(&run.waits).map(waits::render));
    tables.extend(in_order(&run.scale).map(|group| closed::render(&group)));
    tables.extend(decision::render(&run.decided));
    tables.extend(pitfalls::render(&run.pitfalls));
    tables
}

/// Prints the origin of the figures, and the tables.
pub fn print(run: &Run) {
    let mut text = String::new();
    if let Some(head) = &run.head {
        let _ = write!(text, "\n{}\norder of cells by --seed {}", head.machine, head.seed);
        text += "; CPU is user and system, of the client, per download\n";
        text += "KiB in flight: peak memory of the client above that of the idle client, per download in flight\n";
    }
    for table in tables(run) {
        text.extend(["\n", &table, "\n"]);
    }
    out::print(&text);
}

/// ", no server delay" or the like, for titles.
fn delay(delay_ms: u64) -> String {
    if delay_ms == 0 { "no server delay".into() } else { format!("{delay_ms} ms of server delay") }
}

/// A figure with the digits that mean something.
fn shown(figure: Option<f64>) -> Option<String> {
    figure.map(digits)
}
