//! Everyone has done the same work, and the server had time for it.

use std::io;

use photo_tests::Style;

use super::finding::Finding;
use crate::clients::subject::Subject;
use crate::load::workload::{Source, Workload};
use crate::measure::closed;
use crate::measure::session::ServerCounts;
use crate::measure::trial::Trial;
use crate::record::cell::{BUSY, Bound, Cell, FEW};
use crate::system::placement::CorePlacement;

/// Downloads in flight: the most of the default run without delay.
const IN_FLIGHT: usize = 256;
const COUNT: usize = 20 * IN_FLIGHT;
const BYTES: u64 = 32 << 10;

/// Other programs keep threads from their next downloads: of so many tries, the first with enough in flight counts.
const TRIES: u32 = 3;

pub(super) fn check(placement: &CorePlacement) -> io::Result<Vec<Finding>> {
    let mut attempt = 1;
    loop {
        let [equal_work, in_flight, server_has_time] = run(attempt, placement)?;
        if !equal_work.holds || in_flight.holds || attempt == TRIES {
            return Ok(vec![equal_work, in_flight, server_has_time]);
        }
        attempt += 1;
    }
}

fn run(attempt: u32, placement: &CorePlacement) -> io::Result<[Finding; 3]> {
    let workload = Workload::closed(Source::Embedded { bytes: BYTES, delay_ms: 0 }, IN_FLIGHT, COUNT);
    let mut cells = Vec::new();
    let mut served = Vec::new();
    for subject in Subject::default_ones() {
        let trial = Trial::run(&workload, subject, placement)?;
        served.push((subject, trial.served.ok_or_else(|| io::Error::other("the server is ours"))?));
        cells.push(closed::cell(&workload, subject, vec![Ok(trial)]));
    }
    Ok([equal_work(&served), in_flight(&cells, attempt), server_has_time(&cells)])
}

fn equal_work(served: &[(Subject, ServerCounts)]) -> Finding {
    let work = |counts: &ServerCounts| {
        let ServerCounts { connections, requests, in_leads, bytes } = *counts;
        (connections, requests - in_leads, bytes / requests.max(1))
    };
    let equal = served.windows(2).all(|pair| work(&pair[0].1) == work(&pair[1].1));
    let shown = |(subject, counts): &(Subject, ServerCounts)| {
        let (connections, measured, bytes) = work(counts);
        let in_leads = counts.in_leads;
        format!(
            "{subject:<12} {connections} connections, {measured} requests of {bytes} bytes, {in_leads} in leads"
        )
    };
    Finding {
        claim: "(e) equal work: connections, measured requests and bytes of each agree".into(),
        holds: equal && !served.is_empty(),
        figures: served.iter().map(shown).collect(),
    }
}

/// Checks the downloads in flight by their latencies and Little's law, which a short window follows roughly. ureq is only
/// shown: some of its downloads outlast the window, and those that began before it have no latency.
fn in_flight(cells: &[Cell], attempt: u32) -> Finding {
    let shown = |cell: &Cell| {
        let mean = cell.figures.map_or(f64::NAN, |it| it.in_flight_mean);
        format!("{:<12} {mean:.0} of {} in flight on average", cell.style, cell.in_flight)
    };
    let tries = if attempt == 1 { String::new() } else { format!(" (try {attempt} of {TRIES})") };
    Finding {
        claim: format!(
            "(e) at least {:.0} % of those downloads are in flight that are said to be{tries}",
            FEW * 100.0
        ),
        holds: cells.iter().all(|cell| {
            cell.style == Style::Ureq.name() || cell.in_flight_share().is_some_and(|share| share >= FEW)
        }),
        figures: cells.iter().map(shown).collect(),
    }
}

/// The mark is computed again, from the figures. In a client-bound cell the server is at most as busy as the client; all
/// other busy cells are marked.
fn server_has_time(cells: &[Cell]) -> Finding {
    let server = |cell: &Cell| cell.server_share().unwrap_or(f64::INFINITY);
    let client = |cell: &Cell| cell.client_share().unwrap_or_default();
    let marked = |cell: &Cell| match cell.bound {
        Some(Bound::Client) => client(cell) > BUSY && client(cell) >= server(cell),
        Some(Bound::Server) => server(cell) > BUSY && server(cell) > client(cell),
        Some(Bound::Waiting) => server(cell) <= BUSY && client(cell) <= BUSY,
        None => false,
    };
    let client_bound = cells.iter().filter(|cell| cell.bound == Some(Bound::Client)).count();
    let shown = |cell: &Cell| {
        let mark = match cell.bound {
            Some(Bound::Client) => "client-bound",
            Some(Bound::Server) => "server-bound: marked",
            Some(Bound::Waiting) => "waiting",
            None => "unknown",
        };
        let (client, server) = (client(cell) * 100.0, server(cell) * 100.0);
        format!("{:<12} server {server:>3.0} %, client {client:>3.0} % of a core: {mark}", cell.style)
    };
    Finding {
        claim: format!(
            "(d) the client is busy for over {:.0} %, and busier than the server, in each of {client_bound} client-bound \
             cells",
            BUSY * 100.0
        ),
        holds: cells.iter().all(marked),
        figures: cells.iter().map(shown).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::cell;

    #[test]
    fn one_request_more_is_unequal_work() {
        let served = ServerCounts { connections: 4, requests: 10, in_leads: 2, bytes: 1000 };
        let all = |second| [("floor".parse().unwrap(), served), ("tokio".parse().unwrap(), second)];
        assert!(equal_work(&all(served)).holds);
        assert!(equal_work(&all(ServerCounts { requests: 11, in_leads: 3, bytes: 1100, ..served })).holds);
        let unequal = equal_work(&all(ServerCounts { requests: 11, bytes: 1100, ..served }));
        assert!(!unequal.holds && unequal.figures[1].contains("9 requests"));
        assert!(!equal_work(&[]).holds);
    }

    #[test]
    fn too_few_in_flight_are_another_load() {
        let mut cells = [cell("tokio", &[300.0])];
        assert!(in_flight(&cells, 1).holds);
        cells[0].figures.as_mut().unwrap().in_flight_mean = 40.0;
        assert!(!in_flight(&cells, 1).holds && in_flight(&cells, 2).claim.ends_with("(try 2 of 3)"));
    }

    #[test]
    fn a_wrong_mark_is_found_out() {
        let mut cells = [cell("tokio", &[300.0])];
        cells[0].bound = cells[0].busy_side();
        assert!(server_has_time(&cells).holds);
        cells[0].figures.as_mut().unwrap().server_cpu_us_per_download = Some(310.0);
        assert!(!server_has_time(&cells).holds);
        cells[0].bound = Some(Bound::Server);
        assert!(server_has_time(&cells).holds);
    }
}
