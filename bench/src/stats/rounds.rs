//! The order of a run.

/// The number of rounds, and the order of the measurements, drawn from the seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounds {
    pub(crate) count: u32,
    pub(crate) seed: u64,
}

impl Rounds {
    /// Each round measures each group once, in random order, and within it each member once, in random order. So
    /// compared members run close in time, and never always in the same order. `sizes` are the numbers of members of
    /// each group. When `measure` returns `None`, the run ends, and each group keeps its whole rounds.
    ///
    /// Returns the results by group, member, and round.
    pub(crate) fn interleave<T>(
        self,
        sizes: &[usize],
        mut measure: impl FnMut(Turn) -> Option<T>,
    ) -> Vec<Vec<Vec<T>>> {
        let mut results: Vec<Vec<Vec<T>>> =
            sizes.iter().map(|size| (0..*size).map(|_| Vec::new()).collect()).collect();
        let mut random = fastrand::Rng::with_seed(self.seed);
        'run: for round in 1..=self.count {
            for group in shuffled(&mut random, sizes.len()) {
                let order = shuffled(&mut random, sizes[group]);
                for (place, index) in order.into_iter().enumerate() {
                    let ends_group = place + 1 == sizes[group];
                    let Some(result) = measure(Turn { group, index, round, ends_group }) else { break 'run };
                    results[group][index].push(result);
                }
            }
        }
        for group in &mut results {
            let whole = group.iter().map(Vec::len).min().unwrap_or_default();
            for rounds in group {
                rounds.truncate(whole);
            }
        }
        results
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) group: usize,
    pub(crate) index: usize,
    pub(crate) round: u32,
    /// Whether this is the last of its group in this round.
    pub(crate) ends_group: bool,
}

pub(crate) fn shuffled(random: &mut fastrand::Rng, count: usize) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    random.shuffle(&mut order);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_has_each_round_once() {
        let mut groups = Vec::new();
        let results = Rounds { count: 3, seed: 7 }.interleave(&[2, 4], |turn| {
            groups.push(turn.group);
            Some((turn.group, turn.index, turn.round))
        });
        for (group, ones) in results.iter().enumerate() {
            for (index, rounds) in ones.iter().enumerate() {
                assert_eq!(*rounds, [1, 2, 3].map(|round| (group, index, round)));
            }
        }
        // A group is not left before all have had their turn.
        assert_eq!(groups.chunk_by(|one, other| one == other).map(<[_]>::len).sum::<usize>(), 18);
        assert!(groups.chunk_by(|one, other| one == other).all(|run| run.len() % 2 == 0));
    }

    #[test]
    fn a_run_that_ends_early_keeps_whole_rounds() {
        let mut left = 3 * 6 + 1;
        let results = Rounds { count: 9, seed: 7 }.interleave(&[2, 4], |turn| {
            left -= 1;
            (left >= 0).then_some(turn.round)
        });
        let rounds: Vec<_> = results.concat().into_iter().map(|rounds| rounds.len()).collect();
        assert_eq!(rounds, [3; 6]);
    }
}
