//! The order of a run.

/// The number of rounds, and the seed of the order of the measurements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounds {
    pub(crate) count: u32,
    pub(crate) seed: u64,
}

impl Rounds {
    /// Each round measures each group once, in random order. `measure` returns the results of all members of a group; when
    /// it returns `None`, the run ends.
    ///
    /// Returns the results by group, member, and round.
    pub(crate) fn interleave<T>(
        self,
        groups: usize,
        mut measure: impl FnMut(Turn) -> Option<Vec<T>>,
    ) -> Vec<Vec<Vec<T>>> {
        let mut results: Vec<Vec<Vec<T>>> = (0..groups).map(|_| Vec::new()).collect();
        let mut random = fastrand::Rng::with_seed(self.seed);
        for round in 1..=self.count {
            for group in shuffled(&mut random, groups) {
                let Some(of_round) = measure(Turn { group, round, random: random.fork() }) else {
                    return results;
                };
                let members = &mut results[group];
                members.resize_with(of_round.len(), Vec::new);
                members.iter_mut().zip(of_round).for_each(|(rounds, result)| rounds.push(result));
            }
        }
        results
    }
}

/// Whose turn it is.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) group: usize,
    pub(crate) round: u32,
    /// For the order of the members.
    pub(crate) random: fastrand::Rng,
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
    fn every_member_has_each_round_once() {
        let sizes = [2, 4];
        let results = Rounds { count: 3, seed: 7 }.interleave(2, |turn| {
            Some((0..sizes[turn.group]).map(|index| (turn.group, index, turn.round)).collect())
        });
        assert_eq!(results.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
        for (group, members) in results.iter().enumerate() {
            for (index, rounds) in members.iter().enumerate() {
                assert_eq!(*rounds, [1, 2, 3].map(|round| (group, index, round)));
            }
        }
    }

    #[test]
    fn a_run_that_ends_early_keeps_whole_rounds() {
        let mut left = 3 * 2 + 1;
        let results = Rounds { count: 9, seed: 7 }.interleave(2, |turn| {
            left -= 1;
            (left >= 0).then(|| vec![turn.round; 3])
        });
        let mut rounds: Vec<_> = results.iter().map(|group| group[0].len()).collect();
        rounds.sort_unstable();
        assert_eq!(rounds, [3, 4]);
    }
}
