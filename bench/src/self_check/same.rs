//! Equal ones are called equal, and a little more work is seen.
//!
//! Two workers of the same style take turns on the same core, with slices of work of a few milliseconds. Whatever else
//! the machine does can only make a slice dearer, by emptied caches, so in each round it is the cheapest slices of both
//! that are held against each other; and the rounds say how much that can be relied on.

use std::io;

use super::finding::Finding;
use crate::clients::subject::Subject;
use crate::load::workload::{Source, Workload};
use crate::process::server::Server;
use crate::process::worker::{Job, Worker};
use crate::stats::interval::PairedRatio;
use crate::system::affinity::CorePlacement;

/// What is worked on. One download after the other and one read for each: with more of them, how many come at once, and
/// so the work, would depend on who of client and server has its core when.
const BYTES: u64 = 1 << 10;
const IN_FLIGHT: usize = 1;

/// Downloads in a slice: some thousandths of a second, so that many are over before they are interrupted.
const SLICE: usize = 64;

/// How many slices each of the two has in a round, and which of them counts: the one that is dearer than only so many.
const SLICES: usize = 16;
const CHEAPEST: usize = 3;

/// Rounds for each pair of fresh processes: two processes of the same program differ a little for as long as they live,
/// by where their memory happens to lie.
const ROUNDS: usize = 3;

/// Fresh processes of the same program may differ by so much; a smaller difference is not claimed.
const MARGIN: f64 = 0.01;

/// The confidence of the interval: so high that 20 tries rarely have a false one among them.
const LEVEL: f64 = 0.99;

/// How often equal ones are compared, with so many pairs of processes each, and how often that may go wrong.
const TRIES: usize = 20;
const PROCESSES: Effort = Effort { least: 5, most: 5, width: 0.0 };
const MOST_FALSE: usize = 1;

/// What is put there to be found, in hundredths, how often, and with how many pairs of processes each: a busy machine
/// makes the interval wide, and more are needed.
const BURDEN: f64 = 5.0;
const BURDENED_TRIES: usize = 3;
const BURDENED_PROCESSES: Effort = Effort { least: 13, most: 52, width: 0.06 };

/// How many pairs of processes are compared: as many as it takes for the interval to be no wider than that, within
/// bounds. Where it lies must not decide it, or one would only look until one sees something.
#[derive(Clone, Copy)]
struct Effort {
    least: usize,
    most: usize,
    width: f64,
}

/// A style against itself, under two names. With a `burden`, B has so many hundredths more to do, and it must fail.
pub(super) fn equals_are_equal(
    tries: Option<u32>,
    seed: u64,
    burden: f64,
    placement: &CorePlacement,
) -> io::Result<Vec<Finding>> {
    let wanted = tries.map_or(TRIES, |tries| tries as usize);
    let tries = compare_often(wanted, PROCESSES, burden, seed, placement)?;
    let equal = tries.iter().filter(|(_, ratio)| !ratio.differs(MARGIN)).count();
    Ok(vec![Finding {
        claim: format!(
            "(a) a style against itself: \"no difference\" in {equal} of {wanted} tries (at least {})",
            wanted.saturating_sub(MOST_FALSE)
        ),
        holds: equal + MOST_FALSE >= wanted,
        figures: tries.iter().map(|(style, ratio)| told(style, ratio)).collect(),
    }])
}

/// A style against itself with a little more to do.
pub(super) fn more_work_is_seen(seed: u64, placement: &CorePlacement) -> io::Result<Vec<Finding>> {
    let tries = compare_often(BURDENED_TRIES, BURDENED_PROCESSES, BURDEN, !seed, placement)?;
    let found = tries.iter().filter(|(_, ratio)| ratio.low > 1.0 + MARGIN).count();
    Ok(vec![Finding {
        claim: format!(
            "(b) {BURDEN} % more CPU work: a difference in {found} of {BURDENED_TRIES} tries (all)"
        ),
        holds: found == BURDENED_TRIES,
        figures: tries.iter().map(|(style, ratio)| told(style, ratio)).collect(),
    }])
}

fn told(style: &str, ratio: &PairedRatio) -> String {
    let PairedRatio { median, low, high } = ratio;
    let verdict = if ratio.differs(MARGIN) { "a difference" } else { "no difference" };
    format!("{style:<12} {median:.3} times the CPU, {low:.3} to {high:.3}: {verdict}")
}

/// All styles have their turn.
fn compare_often(
    tries: usize,
    effort: Effort,
    burden: f64,
    seed: u64,
    placement: &CorePlacement,
) -> io::Result<Vec<(&'static str, PairedRatio)>> {
    let styles: Vec<_> =
        Subject::default_ones().into_iter().filter(|one| one.contender().is_some()).collect();
    let mut random = fastrand::Rng::with_seed(seed);
    let server = Server::start(&placement.server)?;
    (0..tries)
        .map(|index| {
            let subject = styles[index % styles.len()];
            Ok((subject.name(), compare(subject, effort, burden, &mut random, &server, placement)?))
        })
        .collect()
}

fn compare(
    subject: Subject,
    effort: Effort,
    burden: f64,
    random: &mut fastrand::Rng,
    server: &Server,
    placement: &CorePlacement,
) -> io::Result<PairedRatio> {
    let mut rounds = [Vec::new(), Vec::new()];
    for processes in 1..=effort.most {
        let start = |burden| Worker::start(&placement.client, &job(subject, burden, server));
        let mut workers = [start(0.0)?, start(burden)?];
        for _ in 0..ROUNDS {
            let mut slices = [Vec::new(), Vec::new()];
            for _ in 0..SLICES {
                let first = usize::from(random.bool());
                for turn in [first, 1 - first] {
                    slices[turn].push(workers[turn].slice()?);
                }
            }
            for (round, slices) in rounds.iter_mut().zip(&mut slices) {
                slices.sort_by(f64::total_cmp);
                round.push(slices[CHEAPEST]);
            }
        }
        let is_narrow = |ratio: &PairedRatio| ratio.high - ratio.low <= effort.width;
        if processes >= effort.least && ratio(&rounds).is_ok_and(|ratio| is_narrow(&ratio)) {
            break;
        }
    }
    ratio(&rounds)
}

fn ratio([a, b]: &[Vec<f64>; 2]) -> io::Result<PairedRatio> {
    PairedRatio::of(b, a, LEVEL).ok_or_else(|| io::Error::other("the work cost no time"))
}

fn job(subject: Subject, burden_percent: f64, server: &Server) -> Job {
    let source = Source::Embedded { bytes: BYTES, delay_ms: 0 };
    let urls = (server.photo_url(BYTES, 0), server.gathering_url(BYTES, IN_FLIGHT));
    Job { burden_percent, ..Job::new(&Workload::closed(source, IN_FLIGHT, SLICE), subject, urls) }
}
