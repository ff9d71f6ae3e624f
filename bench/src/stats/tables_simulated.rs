//! Whole tables of simulated rounds: how often one of them contains a false difference, or misses a true one.
//!
//! The noise is like that of real rounds of one program under two names: every tenth round of a row is disturbed, by up
//! to 30 % of its figure, and whatever disturbs the machine for longer is common to all rows.

use std::thread;

use super::interval::{PairedRatio, error_in_table, median};

const ROWS: usize = 8;
const ROUNDS: usize = 21;
const TABLES: usize = 10_000;

/// Wall time, p99, CPU and memory: the robust deviation of each in a round.
const DEVIATIONS: [f64; 4] = [0.018, 0.04, 0.02, 0.01];

/// A row per style, and its rounds.
type Column = [[f64; ROUNDS]; ROWS];

fn column(random: &mut fastrand::Rng, deviation: f64) -> Column {
    let common: [f64; ROUNDS] = std::array::from_fn(|_| 1.0 + random.f64());
    std::array::from_fn(|_| std::array::from_fn(|round| common[round] * noise(random, deviation).exp()))
}

/// Nearly normal, except for disturbances, which only make a round slower.
fn noise(random: &mut fastrand::Rng, deviation: f64) -> f64 {
    let normal = (0..6).map(|_| random.f64()).sum::<f64>() - 3.0;
    let disturbance = if random.u8(..10) == 0 { 0.3 * random.f64().powi(2) } else { 0.0 };
    normal * 2.0_f64.sqrt() * deviation + disturbance
}

/// Whether a row is called different from the best one, as in a real table.
fn has_difference(column: &Column) -> bool {
    let medians = column.map(|row| median(&mut row.clone()).unwrap());
    let best = (0..ROWS).min_by(|one, other| medians[*one].total_cmp(&medians[*other])).unwrap();
    (0..ROWS).filter(|row| *row != best && may_differ(&column[*row], &column[best])).any(|row| {
        PairedRatio::of(&column[row], &column[best], error_in_table(ROWS))
            .is_some_and(|ratio| ratio.differs())
    })
}

/// Saves time: the ranks of seven rounds that contradict a difference sum to at least 28, and more than 21 excludes it.
fn may_differ(row: &[f64; ROUNDS], best: &[f64; ROUNDS]) -> bool {
    let more = row.iter().zip(best).filter(|(row, best)| row > best).count();
    more.min(ROUNDS - more) < 7
}

/// The number of tables with a column for which `is_wrong` holds.
fn count(tables: usize, is_wrong: impl Fn(&mut fastrand::Rng) -> bool + Sync) -> usize {
    const PARTS: usize = 4;
    let part = &|seed: usize| {
        let mut random = fastrand::Rng::with_seed(seed as u64);
        (0..tables / PARTS).filter(|_| is_wrong(&mut random)).count()
    };
    thread::scope(|scope| {
        let parts: Vec<_> = (0..PARTS).map(|seed| scope.spawn(move || part(seed))).collect();
        parts.into_iter().map(|part| part.join().unwrap()).sum()
    })
}

#[test]
fn at_most_one_table_in_twenty_contains_a_false_difference() {
    let wrong = count(TABLES, |random| {
        DEVIATIONS.iter().any(|deviation| has_difference(&column(random, *deviation)))
    });
    assert!(wrong * 20 <= TABLES, "{wrong} of {TABLES}");
}

#[test]
fn a_difference_of_the_printed_resolution_is_found_in_nine_of_ten_tables() {
    const SOME: usize = 4000;
    let deviation = DEVIATIONS[2];
    // A small table has narrower intervals.
    for rows in [2, 3, ROWS] {
        let error = error_in_table(rows);
        let missed = count(SOME, |random| {
            let [one, other, ..] = column(random, deviation);
            let resolution = PairedRatio::of(&other, &one, error).unwrap().resolution();
            let [one, other, ..] = column(random, deviation);
            let more = other.map(|figure| figure * (1.0 + resolution));
            !PairedRatio::of(&more, &one, error).unwrap().differs()
        });
        assert!(missed * 10 <= SOME, "{missed} of {SOME} tables of {rows} rows");
    }
}

/// A method that finds nothing at all would have no false differences either.
#[test]
fn a_true_difference_of_a_tenth_is_found() {
    const FEW: usize = 400;
    let found = count(FEW, |random| {
        let mut column = column(random, DEVIATIONS[2]);
        column[3] = column[3].map(|figure| figure * 1.1);
        has_difference(&column)
    });
    assert!(found * 10 >= FEW * 9, "{found} of {FEW}");
}
