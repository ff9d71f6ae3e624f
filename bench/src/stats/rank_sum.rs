//! The exact distribution of the rank-sum statistic of Mann and Whitney, and the ratios of two runs that it gives.
//!
//! Two runs have no rounds in common, so their values are not paired. If both come from the same distribution, whatever
//! it is, each order of all values is equally likely. The level of the interval then depends on the numbers of rounds
//! alone.

/// Most rounds compared; this number shows any difference.
const MOST: usize = 100;

/// The ratio of a figure between two runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct UnpairedRatio {
    /// The Hodges–Lehmann estimate: the median of the ratios of all pairs of rounds.
    pub(crate) ratio: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl UnpairedRatio {
    /// Compares the rounds of two runs; the interval is wrong with a chance of at most `error`. `None` if the rounds are
    /// too few for that, or if a figure is not positive.
    pub(crate) fn of(old: &[f64], new: &[f64], error: f64) -> Option<Self> {
        let rank = cut(old.len(), new.len(), error)?;
        let [old, new] = [old, new].map(|figures| figures.iter().map(|it| it.ln()).collect::<Vec<_>>());
        let mut logs: Vec<f64> = new.iter().flat_map(|new| old.iter().map(move |old| new - old)).collect();
        if logs.iter().any(|log| !log.is_finite()) {
            return None;
        }
        logs.sort_unstable_by(f64::total_cmp);
        let (last, middle) = (logs.len() - 1, logs.len() / 2);
        let at = |index: usize| logs[index].exp();
        let ratio = (at(last - middle) * at(middle)).sqrt();
        Some(Self { ratio, low: at(rank), high: at(last - rank) })
    }

    /// Whether the interval excludes equality.
    pub(crate) fn differs(&self) -> bool {
        self.low > 1.0 || self.high < 1.0
    }
}

/// The fewest values of two equal samples that have such an interval.
pub(crate) fn fewest(error: f64) -> usize {
    (1..=MOST).find(|values| cut(*values, *values, error).is_some()).unwrap_or(MOST)
}

/// The number of sorted differences outside of the interval, at each end.
fn cut(from: usize, to: usize, error: f64) -> Option<usize> {
    let mut below = 0.0;
    let mut cut = None;
    for (rank, chance) in chances(from, to).into_iter().enumerate() {
        below += chance;
        if 2.0 * below > error {
            break;
        }
        cut = Some(rank);
    }
    cut
}

/// The chance of each value of the statistic up to its middle: coefficients of the Gaussian binomial of both numbers.
fn chances(from: usize, to: usize) -> Vec<f64> {
    let most = from * to / 2;
    let mut chances = vec![0.0; most + 1];
    chances[0] = 1.0;
    for step in 1..=from {
        for value in (to + step..=most).rev() {
            chances[value] -= chances[value - to - step];
        }
        for value in step..=most {
            chances[value] += chances[value - step];
        }
        // Factors are applied one by one, so that no number becomes too large.
        let share = step as f64 / (to + step) as f64;
        for chance in &mut chances {
            *chance *= share;
        }
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two-sided critical values that tables of the statistic print.
    #[test]
    fn critical_values_are_those_of_the_tables() {
        assert_eq!(cut(3, 3, 0.05), None);
        assert_eq!(cut(4, 4, 0.05), Some(0));
        assert_eq!(cut(5, 8, 0.05), Some(6));
        assert_eq!(cut(10, 10, 0.05), Some(23));
        assert_eq!(cut(20, 20, 0.05), Some(127));
        assert_eq!(cut(10, 10, 0.01), Some(16));
        assert_eq!(cut(20, 20, 0.01), Some(105));
        assert_eq!((fewest(0.05), fewest(0.05 / 96.0)), (4, 8));
    }

    #[test]
    fn chances_of_large_samples_are_chances() {
        for (from, to) in [(21, 42), (200, 200), (7, 200)] {
            let chances = chances(from, to);
            let total: f64 = chances.iter().sum();
            assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)), "{from} {to}");
            assert!((0.5..0.56).contains(&total), "{from} {to}: {total}");
        }
    }

    #[test]
    fn one_wild_round_moves_the_ratio_little() {
        let old: Vec<_> = (0..21).map(|round| 10.0 + 0.05 * f64::from(round)).collect();
        let mut new: Vec<_> = old.iter().map(|value| value * 1.2).collect();
        new[20] = 1e9;
        let error = 0.001;
        let ratio = UnpairedRatio::of(&old, &new, error).unwrap();
        assert!((1.19..1.22).contains(&ratio.ratio) && ratio.low > 1.1 && ratio.high < 1.3, "{ratio:?}");
        assert!(ratio.differs() && !UnpairedRatio::of(&old, &old, error).unwrap().differs());
        assert_eq!(UnpairedRatio::of(&old, &new[..2], error), None);
        assert_eq!(UnpairedRatio::of(&old, &[0.0; 21], error), None);
    }
}
