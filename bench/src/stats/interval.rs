//! Intervals of medians and of ratios, with a known level.
//!
//! Styles take turns, round by round, so that whatever disturbs the machine for a while disturbs all of them: the ratio
//! within each round is compared. All comparisons of one table together are wrong in at most 5 % of tables. The interval
//! of a median has its own level.

use serde::{Deserialize, Serialize};

use super::signed_rank::{self, Centre};

/// The largest share of tables with a false difference.
pub(crate) const TABLE_ERROR: f64 = 0.05;

/// The figures that rows are compared by: wall time, p99, CPU, memory.
const COMPARED_FIGURES: usize = 4;

/// The error of the interval of one row's median, at most.
const MEDIAN_ERROR: f64 = 0.05;

/// The error of one comparison in a table of so many rows. The best row is known only afterwards, so any row may be
/// compared with any other: by Bonferroni's inequality, each of these comparisons has an equal part of the table's error.
pub(crate) fn error_in_table(rows: usize) -> f64 {
    let comparisons = COMPARED_FIGURES * rows.max(2) * (rows.max(2) - 1) / 2;
    TABLE_ERROR / comparisons as f64
}

/// The level of one comparison in a table of so many rows and rounds; `None` if the rounds are too few for any.
pub(crate) fn level_in_table(rows: usize, rounds: usize) -> Option<f64> {
    signed_rank::level(rounds, error_in_table(rows))
}

/// The fewest rounds that show a difference in a table of so many rows.
pub(crate) fn fewest_rounds(rows: usize) -> usize {
    const ENOUGH: usize = 100; // for any table
    (1..ENOUGH).find(|rounds| level_in_table(rows, *rounds).is_some()).unwrap_or(ENOUGH)
}

/// The ratio of two figures.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct PairedRatio {
    /// The Hodges–Lehmann estimate over all rounds.
    pub(crate) ratio: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl PairedRatio {
    /// Compares `figures` with `base`, from the same rounds in the same order; the interval is wrong with a chance of
    /// at most `error`. `None` if the rounds are too few for that, or if a figure is not positive.
    pub(crate) fn of(figures: &[f64], base: &[f64], error: f64) -> Option<Self> {
        let pairs = figures.iter().zip(base);
        let logs: Vec<_> = pairs.map(|(figure, base)| (figure / base).ln()).collect();
        if logs.iter().any(|log| !log.is_finite()) {
            return None;
        }
        let Centre { estimate, low, high } = signed_rank::centre(&logs, error)?;
        Some(Self { ratio: estimate.exp(), low: low.exp(), high: high.exp() })
    }

    /// Whether the interval excludes equality.
    pub(crate) fn differs(&self) -> bool {
        self.low > 1.0 || self.high < 1.0
    }

    /// The smallest difference that such rounds show in nine of ten tables: 0.03 is 3 %.
    ///
    /// The resolution exceeds half of the interval, because the estimate may be too low, and the next interval wider.
    /// The factor comes from simulated tables; the self-check compares the result with differences that it finds.
    pub(crate) fn resolution(&self) -> f64 {
        const NINE_OF_TEN: f64 = 2.4;
        ((self.high / self.low).ln() / 2.0 * NINE_OF_TEN).exp() - 1.0
    }
}

/// An interval of the median, from the values themselves: it needs no assumption about their distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MedianInterval {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// The true level: 0.97 is 97 %.
    pub(crate) level: f64,
}

impl MedianInterval {
    /// The narrowest one whose level is at least 95 %; `None` for fewer than six values.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len();
        // The chance that so many values are below the median.
        let mut chance = 0.5_f64.powi(i32::try_from(count).ok()?);
        let (mut below, mut found) = (0.0, None);
        for rank in 0..count.div_ceil(2) {
            below += chance;
            if 2.0 * below > MEDIAN_ERROR {
                break;
            }
            found =
                Some(Self { low: sorted[rank], high: sorted[count - 1 - rank], level: 1.0 - 2.0 * below });
            chance *= (count - rank) as f64 / (rank + 1) as f64;
        }
        found
    }

    /// Half of its width, as a share of `median`.
    pub(crate) fn half_width(&self, median: f64) -> f64 {
        (self.high - self.low) / 2.0 / median
    }
}

/// The middle of `values`, which are sorted for it.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { upper } else { f64::midpoint(values[middle - 1], upper) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [3.0]), Some(3.0));
        assert_eq!(median(&mut [9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }

    #[test]
    fn noise_that_both_have_hides_no_difference() {
        let mut random = fastrand::Rng::with_seed(1);
        let base: Vec<_> = (0..21).map(|_| 10.0 * (1.0 + random.f64())).collect();
        let own_noise: Vec<_> = base.iter().map(|_| 0.98 + 0.04 * random.f64()).collect();
        let same: Vec<_> = base.iter().zip(&own_noise).map(|(base, noise)| base * noise).collect();
        let more: Vec<_> = same.iter().map(|figure| figure * 1.05).collect();

        let error = error_in_table(8);
        let ratio = PairedRatio::of(&same, &base, error).unwrap();
        assert!(!ratio.differs() && ratio.resolution() < 0.05, "{ratio:?}");
        let ratio = PairedRatio::of(&more, &base, error).unwrap();
        assert!(ratio.differs() && (1.04..1.06).contains(&ratio.ratio), "{ratio:?}");
        assert!(PairedRatio::of(&base, &more, error).unwrap().differs());
    }

    #[test]
    fn few_rounds_have_no_interval() {
        let error = error_in_table(8);
        assert_eq!(PairedRatio::of(&[2.0; 12], &[1.0; 12], error), None);
        assert!(PairedRatio::of(&[2.0; 13], &[1.0; 13], error).is_some_and(|ratio| ratio.differs()));
        assert_eq!(PairedRatio::of(&[1.0; 21], &[0.0; 21], error), None);
        assert_eq!((level_in_table(8, 5), level_in_table(8, 12)), (None, None));
        assert_eq!((fewest_rounds(8), fewest_rounds(2)), (13, 8));
        assert!(level_in_table(8, 21).unwrap() >= 1.0 - error);
    }

    #[test]
    fn the_interval_of_a_median_has_its_true_level() {
        let values: Vec<_> = (1..=21).map(f64::from).collect();
        let MedianInterval { low, high, level } = MedianInterval::of(&values).unwrap();
        assert_eq!((low, high), (6.0, 16.0));
        assert!((level - 0.9734).abs() < 1e-4, "{level}");
        assert_eq!(MedianInterval::of(&values[..5]), None);
        assert_eq!(MedianInterval::of(&values[..6]).map(|it| (it.low, it.high)), Some((1.0, 6.0)));
    }
}
