//! The exact distribution of Wilcoxon's signed-rank statistic, and the intervals that it gives.
//!
//! Two clients with the same code can change places in any round, so the logarithm of their ratio is symmetric around 0,
//! however heavy its tails are. The level of the interval then depends on the number of rounds alone.

/// An interval of the centre of symmetric values, with its true level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Centre {
    /// The Hodges–Lehmann estimate: the median of the means of all pairs of values.
    pub(crate) estimate: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The narrowest interval whose error is at most `error`; `None` if so few values have no such interval.
pub(crate) fn centre(values: &[f64], error: f64) -> Option<Centre> {
    let cut = cut(values.len(), error)?;
    let mut means: Vec<f64> = Vec::with_capacity(values.len() * (values.len() + 1) / 2);
    for (index, value) in values.iter().enumerate() {
        means.extend(values[index..].iter().map(|other| f64::midpoint(*value, *other)));
    }
    let (last, middle) = (means.len() - 1, means.len() / 2);
    let mut at = |index: usize| *means.select_nth_unstable_by(index, f64::total_cmp).1;
    Some(Centre {
        estimate: f64::midpoint(at(last - middle), at(middle)),
        low: at(cut.rank),
        high: at(last - cut.rank),
    })
}

/// The level of the interval of so many values: 1 less its true error. `None` if there is no such interval.
pub(crate) fn level(values: usize, error: f64) -> Option<f64> {
    Some(1.0 - cut(values, error)?.error)
}

struct Cut {
    /// The number of sorted means outside of the interval, at each end.
    rank: usize,
    error: f64,
}

fn cut(values: usize, error: f64) -> Option<Cut> {
    // Half of all sums are below the middle, and far fewer matter for a small error.
    let middle = values * (values + 1) / 4;
    let mut most = middle.min(values);
    loop {
        let (mut cut, mut below) = (None, 0.0);
        for (rank, chance) in chances(values, most)?.into_iter().enumerate() {
            below += chance;
            if 2.0 * below > error {
                return cut;
            }
            cut = Some(Cut { rank, error: 2.0 * below });
        }
        if most == middle {
            return cut;
        }
        most = middle.min(2 * most);
    }
}

/// The chance of each sum of ranks, from 0 to `most`: each rank is in the sum or not, as a coin falls.
fn chances(values: usize, most: usize) -> Option<Vec<f64>> {
    let mut chances = vec![0.0; most + 1];
    chances[0] = 0.5_f64.powi(i32::try_from(values).ok()?);
    for rank in 1..=values.min(most) {
        for sum in (rank..=most).rev() {
            chances[sum] += chances[sum - rank];
        }
    }
    Some(chances)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two-sided critical values that tables of the statistic print.
    #[test]
    fn critical_values_are_those_of_the_tables() {
        let critical = |values, error| cut(values, error).map(|cut| cut.rank);
        assert_eq!(critical(5, 0.05), None);
        assert_eq!(critical(6, 0.05), Some(0));
        assert_eq!(critical(10, 0.05), Some(8));
        assert_eq!(critical(20, 0.05), Some(52));
        assert_eq!(critical(10, 0.01), Some(3));
        assert_eq!(critical(25, 0.01), Some(68));
    }

    #[test]
    fn the_level_is_the_true_one() {
        assert_eq!(level(5, 0.05), None);
        assert_eq!(level(6, 0.05), Some(1.0 - 2.0 / 64.0));
        let level = level(21, 0.05).unwrap();
        assert!((0.95..0.955).contains(&level), "{level}");
    }

    #[test]
    fn one_wild_value_moves_the_centre_little() {
        let mut values: Vec<_> = (0..21).map(f64::from).collect();
        values[20] = 1e9;
        let Centre { estimate, low, high } = centre(&values, 0.01).unwrap();
        assert!((9.0..=11.5).contains(&estimate) && low > 4.0 && high < 17.0, "{estimate} {low} {high}");
        assert_eq!(centre(&[1.0, 2.0], 0.05), None);
    }
}
