//! Simulated pairs of runs: how often a comparison contains a false difference, or misses a true one.
//!
//! Each run is on a machine that is up to a tenth faster or slower than before, and drifts within the run. Every tenth
//! round of a cell is disturbed.

use std::array;
use std::thread;

use super::cell::Cell;
use super::changes::{Changes, FIGURES};
use super::figures::Figures;
use super::run::Run;
use super::sample::{figures, of_rounds};
use crate::stats::latency::Percentiles;
use crate::stats::rank_sum::UnpairedRatio;

const STYLES: [&str; 8] =
    ["floor", "blocking", "ureq", "callbacks", "tokio", "tokio-multi", "async-std", "smol"];
const GROUPS: [usize; 2] = [1, 1024];
const ROUNDS: usize = 21;

/// Photos per second, p50, p99 and CPU: the deviation of each in a round.
const DEVIATIONS: [f64; FIGURES.len()] = [0.018, 0.01, 0.04, 0.02];

/// A run, in which each figure of the style `slower` is so many times as large.
fn run(random: &mut fastrand::Rng, slower: &str, times: f64) -> Run {
    let machine = 0.9 + 0.2 * random.f64();
    let mut closed = Vec::new();
    for in_flight in GROUPS {
        let drift: [f64; ROUNDS] = array::from_fn(|_| machine * (1.0 + 0.2 * random.f64()));
        for style in STYLES {
            let times = if style == slower { times } else { 1.0 };
            let rounds =
                drift.map(|drift| round(DEVIATIONS.map(|it| drift * times * noise(random, it).exp())));
            closed.push(of_rounds(style, in_flight, rounds.to_vec()));
        }
    }
    Run { closed, ..Run::default() }
}

fn round([time, p50, p99, cpu]: [f64; FIGURES.len()]) -> Figures {
    let latency = Percentiles::each(|percentile| if percentile.name == "p50" { p50 } else { p99 } * 1e3);
    Figures { downloads_per_s: 1e3 / time, latency, ..figures(cpu * 20.0) }
}

/// Nearly normal, except for disturbances, which only make a round slower.
fn noise(random: &mut fastrand::Rng, deviation: f64) -> f64 {
    let normal = (0..6).map(|_| random.f64()).sum::<f64>() - 3.0;
    let disturbance = if random.u8(..10) == 0 { 0.3 * random.f64().powi(2) } else { 0.0 };
    normal * 2.0_f64.sqrt() * deviation + disturbance
}

/// Whether a style differs by some figure; `floor` shows what the machine does.
fn differs(changes: &Changes, is_meant: impl Fn(&str) -> bool) -> bool {
    let cells =
        changes.groups.iter().flat_map(|group| &group.cells).filter(|cell| is_meant(&cell.cell.style));
    cells.flat_map(|cell| cell.ratios.iter().flatten()).any(UnpairedRatio::differs)
}

/// How many of so many comparisons, of which `is_found` is given both runs.
fn count(comparisons: usize, times: f64, is_found: impl Fn(&Changes) -> bool + Sync) -> usize {
    const PARTS: usize = 4;
    let part = &|seed: usize| {
        let mut random = fastrand::Rng::with_seed(seed as u64);
        let found = |_: &usize| {
            let (old, new) = (run(&mut random, "tokio", 1.0), run(&mut random, "tokio", times));
            is_found(&Changes::new(&old, &new))
        };
        (0..comparisons / PARTS).filter(found).count()
    };
    thread::scope(|scope| {
        let parts: Vec<_> = (0..PARTS).map(|seed| scope.spawn(move || part(seed))).collect();
        parts.into_iter().map(|part| part.join().unwrap()).sum()
    })
}

#[test]
fn at_most_one_comparison_in_twenty_contains_a_false_difference() {
    const MANY: usize = 200;
    let wrong = count(MANY, 1.0, |changes| differs(changes, |style| style != "floor"));
    assert!(wrong * 20 <= MANY, "{wrong} of {MANY}");
}

/// A method that finds nothing at all would have no false differences either.
#[test]
fn a_true_difference_of_a_tenth_is_found() {
    const FEW: usize = 40;
    let found = count(FEW, 1.1, |changes| differs(changes, |style| style == "tokio"));
    assert!(found * 10 >= FEW * 9, "{found} of {FEW}");
}

#[test]
fn a_machine_that_is_slower_is_seen_in_the_floor() {
    let mut random = fastrand::Rng::with_seed(3);
    let old = run(&mut random, "", 1.0);
    let mut new = old.clone();
    let slow = |cell: &Cell| {
        let rounds =
            cell.rounds.iter().map(|it| Figures { cpu_us_per_download: it.cpu_us_per_download * 1.3, ..*it });
        of_rounds(&cell.style, cell.in_flight, rounds.collect())
    };
    new.closed = old.closed.iter().map(slow).collect();
    let changes = Changes::new(&old, &new);
    assert!(differs(&changes, |style| style == "floor") && !differs(&changes, |style| style != "floor"));
}
