//! The closed loops: a fixed number of downloads is kept in flight.

use std::io;
use std::slice;

use crate::clients::subject::Subject;
use crate::load::workload::{Source, Workload};
use crate::measure::groups::Group;
use crate::measure::round;
use crate::measure::trial::{Trial, has_lead};
use crate::record;
use crate::record::cell::{Cell, Comparison, FEW, SHORT_S};
use crate::record::figures::{Figure, Figures};
use crate::record::load::Load;
use crate::stats::latency::Latencies;
use crate::stats::rounds::Rounds;
use crate::system::core_time;
use crate::system::interrupt;
use crate::system::placement::CorePlacement;
use crate::text::out::say;
use crate::text::progress::Progress;

/// The rounds of each client of a group.
type Results = Vec<Vec<io::Result<Trial>>>;

/// The measurements beyond the rounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct More {
    /// Whether a group with a cell that was measured for too short a time has up to twice as many rounds.
    pub(crate) rounds: bool,
    /// Whether a group with an unsteady cell is measured once more.
    pub(crate) groups: bool,
}

/// Measures all groups; returns the cells of each.
pub(crate) fn measure(
    groups: &[Group],
    rounds: Rounds,
    more: More,
    placement: &CorePlacement,
) -> Vec<Vec<Cell>> {
    let mut results = take_turns(groups, rounds, placement);
    if more.rounds {
        for (group, results) in groups.iter().zip(&mut results) {
            let more = Rounds { count: missing(results, rounds.count), seed: !rounds.seed };
            if more.count > 0 && interrupt::came().is_none() {
                say!("{}: {} more rounds, to have measured 3 s", group.workload.group_id(), more.count);
                let more = take_turns(slice::from_ref(group), more, placement).into_iter().flatten();
                results.iter_mut().zip(more).for_each(|(rounds, more)| rounds.extend(more));
            }
        }
    }
    let mut measured: Vec<_> =
        groups.iter().zip(results).map(|(group, results)| cells(group, results)).collect();
    for (group, cells_of_group) in groups.iter().zip(&mut measured) {
        if more.groups && has_unsteady(cells_of_group) && interrupt::came().is_none() {
            say!("{}: rounds disagree too much; measured again", group.workload.group_id());
            let again = take_turns(slice::from_ref(group), rounds, placement).into_iter().next();
            let again = cells(group, again.unwrap_or_default());
            // The second measurement counts whatever it shows, because a choice of the steadier one would flatter it. One
            // that a signal has ended has fewer rounds.
            if interrupt::came().is_none() {
                *cells_of_group = again;
            }
        }
    }
    measured
}

fn has_unsteady(cells: &[Cell]) -> bool {
    if cells.is_empty() {
        return false;
    }
    let group = record::group::Group::of(cells.iter().collect());
    cells.iter().any(|cell| group.is_unsteady(cell))
}

/// The number of rounds missing until each cell has been measured long enough; at most the rounds done.
fn missing(results: &Results, rounds: u32) -> u32 {
    let measured_s = |trials: &Vec<io::Result<Trial>>| -> Option<f64> {
        trials.iter().map(|trial| Some(trial.as_ref().ok()?.figures.wall_s)).sum()
    };
    let least = results.iter().filter_map(measured_s).filter(|it| *it > 0.0).reduce(f64::min);
    let of_short = |least: f64| (f64::from(rounds) * (SHORT_S / least - 1.0)).ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a negative number of rounds saturates to 0"
    )]
    least.map_or(0, |least| of_short(least) as u32).min(rounds)
}

/// Measures all groups, round by round.
fn take_turns(groups: &[Group], rounds: Rounds, placement: &CorePlacement) -> Vec<Results> {
    let clients: Vec<_> = groups.iter().map(Group::clients).collect();
    let progress = Progress::new(clients.iter().map(Vec::len).sum::<usize>() * rounds.count as usize);
    let results = rounds.interleave(groups.len(), |mut turn| {
        let (id, clients) = (groups[turn.group].workload.group_id(), &clients[turn.group]);
        progress.begin(&id);
        let trials = round::measure(clients, &mut turn.random, placement)?;
        progress.end(clients.len());
        progress.end_of_group(&id, turn.round, rounds.count);
        Some(trials)
    });
    progress.finish();
    results
}

/// The compared cells of a group; empty if the run ended before its first round.
fn cells(group: &Group, results: Results) -> Vec<Cell> {
    if results.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let cell = |(subject, trials): (&Subject, _)| cell(&group.workload, *subject, trials);
    let mut cells: Vec<_> = group.subjects.iter().zip(results).map(cell).collect();
    compare_cpu(&mut cells);
    // A cell that failed on a server of the user's does not know the size of the photo.
    let bytes = cells.iter().find_map(|cell| cell.load.bytes);
    for cell in &mut cells {
        cell.load.bytes = bytes;
    }
    cells
}

/// The cell of one client, from its rounds. A failed round fails the cell, whose work then differs from that of the
/// others.
pub(crate) fn cell(workload: &Workload, subject: Subject, trials: Vec<io::Result<Trial>>) -> Cell {
    let url = match &workload.source {
        Source::Embedded { .. } => None,
        Source::Url(url) => Some(url.clone()),
    };
    let load = workload.load();
    let bytes = load.bytes.or_else(|| trials.iter().flatten().map(|trial| trial.bytes).next());
    let mut cell = Cell {
        style: subject.name().into(),
        load: Load { bytes, ..load },
        url,
        in_flight: workload.in_flight,
        processes: workload.processes(),
        count: workload.count,
        errors: None,
        figures: None,
        bound: None,
        lacks_latencies: false,
        cpu_vs_best: None,
        server_loops: trials.iter().flatten().map(|trial| trial.server_loops).max().unwrap_or(1),
        throttled_rounds: 0,
        taken_share: 0.0,
        histogram: None,
        rounds: Vec::new(),
        failed: None,
        first_error: None,
    };
    match trials.into_iter().collect::<io::Result<Vec<Trial>>>() {
        Ok(trials) => {
            cell.rounds = trials.iter().map(|trial| trial.figures).collect();
            cell.figures = Figures::median(&cell.rounds);
            cell.bound = cell.busy_side();
            let has_few = cell.in_flight_share().is_some_and(|share| share < FEW);
            cell.lacks_latencies = has_few && has_lead(workload, subject);
            cell.throttled_rounds = trials.iter().filter(|trial| trial.throttled > 0).count();
            let all = |of: fn(&Trial) -> f64| trials.iter().map(of).sum::<f64>();
            let (taken_s, took_s) = (all(|trial| trial.taken_s), all(|trial| trial.took_s));
            cell.taken_share = core_time::share(taken_s, workload.client_cores.max(1), took_s);
            let mut latencies = Latencies::none();
            for trial in &trials {
                latencies.add(&trial.latencies);
            }
            cell.histogram = Some(latencies.encode());
            cell.errors = Some(trials.iter().map(|trial| trial.errors).sum());
            cell.first_error = trials.into_iter().find_map(|trial| trial.first_error);
        }
        Err(error) => cell.failed = Some(error.to_string()),
    }
    cell
}

/// Compares the CPU of every client in a group with that of the style that uses least.
fn compare_cpu(cells: &mut [Cell]) {
    const CPU: Figure = |it| Some(it.cpu_us_per_download);
    let group = record::group::Group::of(cells.iter().collect());
    let styles = cells.iter().filter(|cell| cell.is_style());
    let used = styles.filter_map(|cell| Some((cell.figure(CPU)?, cell)));
    let Some((_, best)) = used.min_by(|(one, _), (other, _)| one.total_cmp(other)) else { return };
    let compare = |cell: &Cell| {
        let ratio = group.ratio(cell, best, CPU);
        let different = ratio.is_some_and(|ratio| ratio.differs());
        cell.figures.map(|_| Comparison { style: best.style.clone(), ratio, different })
    };
    let comparisons: Vec<_> = cells.iter().map(compare).collect();
    for (cell, comparison) in cells.iter_mut().zip(comparisons) {
        cell.cpu_vs_best = comparison;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::{cell, failed};

    #[test]
    fn styles_that_rounds_do_not_tell_apart_are_no_different() {
        let mut cells = [
            cell("floor", &[5.0, 5.0, 5.0].repeat(7)),
            cell("tokio", &[20.0, 22.0, 21.0].repeat(7)),
            cell("smol", &[21.0, 21.0, 22.0].repeat(7)),
            cell("blocking", &[40.0, 46.0, 43.0].repeat(7)),
            failed("callbacks", "no reason"),
        ];
        compare_cpu(&mut cells);
        let versus = |cell: &Cell| cell.cpu_vs_best.clone().map(|it| (it.style, it.different));
        let against = |different| Some(("tokio".to_owned(), different));
        assert_eq!(
            cells.each_ref().map(versus),
            [against(true), against(false), against(false), against(true), None]
        );
    }

    #[test]
    fn short_cells_miss_rounds() {
        let results = |wall_s: f64| {
            let trial = || Trial::of_wall(wall_s);
            vec![(0..21).map(|_| Ok(trial())).collect(), vec![Err(io::Error::other("no cores"))]]
        };
        assert_eq!(missing(&results(0.15), 21), 0);
        assert_eq!(missing(&results(0.1), 21), 9);
        assert_eq!(missing(&results(0.01), 21), 21);
        assert_eq!(missing(&Vec::new(), 21), 0);
    }

    #[test]
    fn one_failed_round_fails_the_cell() {
        let workload = Workload::closed(Source::Embedded { bytes: 32_768, delay_ms: 20 }, 64, 3840);
        let cell = super::cell(&workload, Subject::Floor, vec![Err(io::Error::other("no cores"))]);
        assert_eq!((cell.failed.as_deref(), cell.figures, cell.rounds.len()), (Some("no cores"), None, 0));
        assert!(cell.errors.is_none() && cell.histogram.is_none() && cell.bound.is_none());
    }
}
