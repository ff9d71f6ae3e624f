//! The reasons why nothing is decided.

use std::fmt;

/// The reason why a group decides nothing; the greatest one is the closest to a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Undecided {
    /// Fewer than two styles have figures.
    NoStyles,
    /// The rounds have no interval.
    FewRounds { rounds: usize, needed: usize },
    /// No style has a known p90: too few downloads, or too few in flight.
    FewDownloads,
    /// Other programs had the core of the best style, or a CPU quota made it wait.
    Slowed,
    /// The rounds of the best style disagree too much.
    Unsteady,
}

/// A clause that completes "nothing is decided, because".
impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStyles => f.write_str("no styles are compared"),
            Self::FewRounds { rounds: 1, needed } => {
                write!(f, "one round is too few: a decision needs {needed}")
            }
            Self::FewRounds { rounds, needed } => {
                write!(f, "{rounds} rounds are too few: a decision needs {needed}")
            }
            Self::FewDownloads => f.write_str("no style has enough latencies for a p90"),
            Self::Slowed => f.write_str("other programs or a CPU quota slowed the best style"),
            Self::Unsteady => f.write_str("the rounds of the best style disagree too much"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::record::cell::Cell;
    use crate::record::decision::undecided;
    use crate::record::group::sorted;
    use crate::record::sample::{cell, noisy};

    #[test]
    fn the_reason_is_that_of_the_group_closest_to_a_decision() {
        let one_round = || ["blocking", "tokio"].map(|style| cell(style, &[9.0]));
        let few_downloads =
            || ["blocking", "tokio"].map(|style| Cell { count: 9, ..noisy(style, 1, 9.0, 1.0) });
        let best = || noisy("blocking", 1024, 9.0, 1.0);
        let unsteady = Cell { rounds: cell("", &[9.0, 90.0, 900.0].repeat(7)).rounds, ..best() };
        let mut cells = Vec::new();
        let mut reason = |more: &[Cell]| {
            cells.extend_from_slice(more);
            undecided(&sorted(cells.iter())).to_string()
        };
        assert_eq!(reason(&[]), "no styles are compared");
        assert_eq!(reason(&[noisy("tokio", 8, 9.0, 1.0)]), "no styles are compared");
        assert_eq!(reason(&one_round()), "one round is too few: a decision needs 8");
        assert_eq!(reason(&few_downloads()), "no style has enough latencies for a p90");
        let shared = Cell { taken_share: 0.5, in_flight: 256, ..best() };
        let other = |in_flight| noisy("tokio", in_flight, 9.0, 9.0);
        assert_eq!(reason(&[shared, other(256)]), "other programs or a CPU quota slowed the best style");
        assert_eq!(reason(&[unsteady, other(1024)]), "the rounds of the best style disagree too much");
    }
}
