//! The open loop: downloads start at a fixed rate, whether or not earlier ones have ended.
//!
//! In a closed loop, a stalled client also stops asking, so the stall is one slow download among many quick ones.
//! Users do not stop coming. Here the schedule is drawn beforehand, and latency counts from the intended start; the
//! latency without that correction is also shown. The number in flight is limited; further arrivals start late, or are
//! skipped if they cannot start in time.

pub(crate) mod group;

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use crate::clients::subject::Subject;
use crate::load::paced::OpenLoopStats;
use crate::load::workload::{Mode, Source, Workload};
use crate::measure::closed;
use crate::measure::open::group::{OpenGroup, Target};
use crate::measure::trial::Trial;
use crate::options::Options;
use crate::record::cell::Cell;
use crate::record::load::Load;
use crate::record::open::OpenCell;
use crate::stats::interval::median;
use crate::stats::latency::Percentiles;
use crate::stats::rounds::{Rounds, shuffled};
use crate::system::interrupt;
use crate::system::placement::CorePlacement;
use crate::text::progress::Progress;

/// The most that are in flight: far more than the rates need while a style keeps up. Also what is in flight in the
/// closed loop whose shares are taken.
const IN_FLIGHT: usize = 256;

/// Downloads per second that every style should manage, and how long the server takes for each.
const RATES: [u32; 2] = [200, 2000];
const DELAY_MS: u64 = 20;

/// Percentages of the style's throughput in the closed loop without delay.
const SHARES: [u32; 3] = [50, 80, 95];

/// A client with a larger share of late arrivals does not keep up.
const MOST_LATE: f64 = 0.1;

/// The groups that the options ask for, without the cells that the filter leaves out.
pub(crate) fn groups(options: &Options) -> Vec<OpenGroup> {
    let time = Duration::from_millis(match options {
        _ if options.common.is_test() => 50,
        _ => 200,
    });
    let delay = |default| options.delay_ms.first().copied().unwrap_or(default);
    let fixed = if options.rate.is_empty() { RATES.as_slice() } else { &options.rate };
    let shares = if options.rate.is_empty() { SHARES.as_slice() } else { &[] };
    let targets = fixed.iter().map(|rate| (Target::PerS(*rate), delay(DELAY_MS)));
    let targets = targets.chain(shares.iter().map(|share| (Target::Share(*share), delay(0))));

    let groups = targets.map(|(target, delay_ms)| {
        let source = Source::Embedded { bytes: options.bytes(), delay_ms };
        let in_flight = options.in_flight.first().map_or(IN_FLIGHT, |given| *given as usize);
        let workload = Workload { mode: Mode::Open, ..Workload::closed(source, in_flight, 0) };
        let group = OpenGroup { workload, target, subjects: options.subjects(Mode::Open), time };
        let selected = |subject: &Subject| options.common.selects(&group.id(*subject));
        OpenGroup { subjects: group.subjects.iter().copied().filter(selected).collect(), ..group }
    });
    groups.filter(|group| !group.subjects.is_empty()).collect()
}

/// Measures them, each style at shares of what it reached in `closed`, or reaches now if it is not there.
pub(crate) fn measure(
    groups: &[OpenGroup],
    closed: &[Cell],
    rounds: Rounds,
    placement: &CorePlacement,
) -> Vec<Vec<OpenCell>> {
    let subjects: usize = groups.iter().map(|group| group.subjects.len()).sum();
    let progress = Progress::new(subjects * rounds.count as usize);
    let mut reached = Reached { closed, known: HashMap::new() };
    let results = rounds.interleave(groups.len(), |mut turn| {
        let group = &groups[turn.group];
        let seed = rounds.seed.wrapping_add(u64::from(turn.round));
        let mut trials: Vec<_> = group.subjects.iter().map(|_| None).collect();
        for index in shuffled(&mut turn.random, group.subjects.len()) {
            let subject = group.subjects[index];
            progress.begin(&group.id(subject));
            let paced = group.paced(seed, |workload| reached.per_s(workload, subject, placement));
            let trial = paced.and_then(|it| Trial::run(&it, subject, placement).map(|trial| (it, trial)));
            progress.end(1);
            if interrupt::came().is_some() {
                return None;
            }
            trials[index] = Some(trial);
        }
        progress.end_of_group(&group.group_id(), turn.round, rounds.count);
        trials.into_iter().collect::<Option<Vec<_>>>()
    });
    progress.finish();
    let cells = |(group, results): (&OpenGroup, Vec<_>)| {
        let cell = |(subject, trials): (&Subject, Vec<_>)| cell(group, *subject, trials);
        // A group whose first round has not ended has no results.
        group.subjects.iter().zip(results).map(cell).collect()
    };
    groups.iter().zip(results).map(cells).collect()
}

/// The cell of one client at one rate, from its rounds.
pub(crate) fn cell(
    group: &OpenGroup,
    subject: Subject,
    trials: Vec<io::Result<(Workload, Trial)>>,
) -> OpenCell {
    let ran = trials.iter().flatten();
    let paced: Vec<_> = ran.clone().filter_map(|(_, trial)| trial.paced).collect();
    let arrivals: usize = ran.clone().map(|(workload, _)| workload.count).sum();
    let workload = ran.clone().next().map_or(&group.workload, |(workload, _)| workload).clone();
    let trials = trials.into_iter().map(|trial| trial.map(|(_, trial)| trial)).collect();
    let cell = closed::cell(&workload, subject, trials);

    let measured = cell.failed.is_none();
    let sum = |count: fn(&OpenLoopStats) -> usize| paced.iter().map(count).sum::<usize>();
    let (late, skipped) = (sum(|it| it.late), sum(|it| it.skipped));
    let uncorrected = Percentiles::each(|percentile| {
        let mut rounds: Vec<_> = paced.iter().filter_map(|it| (percentile.of)(&it.uncorrected)).collect();
        median(&mut rounds).unwrap_or_default()
    });
    let (rate_per_s, share_percent) = match group.target {
        Target::PerS(rate) => (Some(f64::from(rate)), None),
        Target::Share(percent) => (workload.pace.map(|pace| pace.per_s), Some(percent)),
    };
    OpenCell {
        rate_per_s,
        share_percent,
        uncorrected: measured.then_some(uncorrected),
        late: measured.then_some(late),
        skipped: measured.then_some(skipped),
        saturated: measured.then_some(is_saturated(arrivals, late, skipped)),
        cell,
    }
}

fn is_saturated(arrivals: usize, late: usize, skipped: usize) -> bool {
    skipped > 0 || late as f64 > arrivals as f64 * MOST_LATE
}

/// Downloads per second in the closed loop, from this run.
struct Reached<'a> {
    closed: &'a [Cell],
    known: HashMap<(Subject, usize, u64), f64>,
}

impl Reached<'_> {
    fn per_s(&mut self, workload: &Workload, subject: Subject, placement: &CorePlacement) -> io::Result<f64> {
        let Workload { source: Source::Embedded { bytes, delay_ms }, in_flight, .. } = workload else {
            return Err(io::Error::other("there is no open loop on a server of your own"));
        };
        let is_same = |cell: &&Cell| {
            cell.style == subject.name()
                && cell.load == Load::plain(*bytes, *delay_ms)
                && cell.in_flight == *in_flight
        };
        if let Some(figures) = self.closed.iter().find(is_same).and_then(|cell| cell.figures) {
            return Ok(figures.downloads_per_s);
        }
        let key = (subject, *in_flight, *delay_ms);
        if let Some(per_s) = self.known.get(&key) {
            return Ok(*per_s);
        }
        let count = workload.source.count(*in_flight, Duration::from_millis(300));
        let closed = Workload::closed(workload.source.clone(), *in_flight, count);
        let per_s = Trial::run(&closed, subject, placement)?.figures.downloads_per_s;
        self.known.insert(key, per_s);
        Ok(per_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_does_not_keep_up_is_saturated() {
        assert!(is_saturated(1000, 0, 1));
        assert!(!is_saturated(1000, 100, 0) && is_saturated(1000, 101, 0));
    }
}
