//! Whether two figures differ, or only seem to.
//!
//! Contenders take turns, round by round, so whatever disturbs the machine for a while disturbs both: it is the ratio
//! within each round that is looked at. The interval of its median comes from a bootstrap: the rounds are drawn anew,
//! with replacement, many times, and the medians of the draws show how much chance there is in the one that was measured.

use serde::{Deserialize, Serialize};

/// How often the rounds are drawn anew.
const DRAWS: usize = 2000;

/// The same rounds always have the same interval.
const SEED: u64 = 0x5eed;

/// The confidence of the intervals in tables.
pub(crate) const LEVEL: f64 = 0.95;

/// How many times as much one is as the other.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct PairedRatio {
    /// The median of all rounds.
    #[serde(rename = "ratio")]
    pub(crate) median: f64,
    /// The interval of that median.
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl PairedRatio {
    /// `figures` against `base`, which are from the same rounds in the same order; `level` is the confidence of the
    /// interval, below 1. `None` without a round, or where a figure is not positive.
    pub(crate) fn of(figures: &[f64], base: &[f64], level: f64) -> Option<Self> {
        let pairs = figures.iter().zip(base);
        let logs: Vec<_> = pairs.map(|(figure, base)| (figure / base).ln()).collect();
        if logs.iter().any(|log| !log.is_finite()) {
            return None;
        }
        let of_all = median(&mut logs.clone())?.exp();

        let mut random = fastrand::Rng::with_seed(SEED);
        let mut medians: Vec<_> = (0..DRAWS)
            .filter_map(|_| {
                let mut draw: Vec<_> = logs.iter().map(|_| logs[random.usize(..logs.len())]).collect();
                median(&mut draw)
            })
            .collect();
        medians.sort_by(f64::total_cmp);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of the draws is between 0 and their number"
        )]
        let cut = ((1.0 - level) / 2.0 * medians.len() as f64) as usize;
        let (low, high) = (medians[cut].exp(), medians[medians.len() - 1 - cut].exp());
        Some(Self { median: of_all, low, high })
    }

    /// Whether the interval says that there is a difference of more than `margin`: 0.02 is 2 %.
    pub(crate) fn differs(&self, margin: f64) -> bool {
        self.low > 1.0 + margin || self.high < 1.0 / (1.0 + margin)
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

    /// Rounds whose noise both share are told apart by what they do not share.
    #[test]
    fn a_small_difference_is_seen_through_noise_that_both_have() {
        let mut random = fastrand::Rng::with_seed(1);
        let base: Vec<_> = (0..40).map(|_| 10.0 * (1.0 + random.f64())).collect();
        let own_noise: Vec<_> = base.iter().map(|_| 0.97 + 0.06 * random.f64()).collect();
        let same: Vec<_> = base.iter().zip(&own_noise).map(|(base, noise)| base * noise).collect();
        let more: Vec<_> = same.iter().map(|figure| figure * 1.05).collect();

        let ratio = PairedRatio::of(&same, &base, 0.99).unwrap();
        assert!(!ratio.differs(0.0) && ratio.low < 1.0 && ratio.high > 1.0, "{ratio:?}");
        let ratio = PairedRatio::of(&more, &base, 0.99).unwrap();
        assert!(ratio.differs(0.02) && (1.03..1.07).contains(&ratio.median), "{ratio:?}");
        assert!(PairedRatio::of(&base, &more, 0.99).unwrap().differs(0.02));
    }

    #[test]
    fn the_interval_of_few_rounds_is_all_of_them() {
        let ratio = PairedRatio::of(&[2.0, 3.0, 4.0], &[1.0, 1.0, 1.0], LEVEL).unwrap();
        assert!((ratio.median - 3.0).abs() < 1e-9);
        assert!((ratio.low - 2.0).abs() < 1e-9 && (ratio.high - 4.0).abs() < 1e-9);
        assert_eq!(PairedRatio::of(&[], &[], LEVEL), None);
        assert_eq!(PairedRatio::of(&[1.0], &[0.0], LEVEL), None);
    }
}
