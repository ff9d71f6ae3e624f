//! The length of the rounds of closed loops.

use std::time::Duration;

use crate::load::workload::{SLICE_TURNS, TURNS};

/// The length of a round. The client that needs the most downloads for it decides; all others do as many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RoundLength {
    /// The least time.
    pub(crate) wall: Duration,
    /// The least CPU time, unless it takes longer than `most`. A client that mostly waits uses little in `wall`, and one
    /// interrupt is much of that.
    pub(crate) cpu: Duration,
    /// The least downloads for each one in flight, unless they take longer than `most`.
    pub(crate) turns: usize,
    /// The time that is long enough in any case.
    pub(crate) most: Duration,
}

impl RoundLength {
    /// A default run: 21 rounds are 3.15 seconds. With fewer turns, the leads would be a quarter of the work, or more.
    pub(crate) const SHORT: Self = Self {
        turns: SLICE_TURNS,
        most: Duration::from_millis(250),
        ..Self::of_wall(Duration::from_millis(150))
    };

    /// A step of a ladder.
    pub(crate) const OF_SCALE: Self = Self::of_wall(Duration::from_millis(240));

    /// Groups that options choose: fewer of them, or more patience, have finer figures.
    pub(crate) const LONG: Self =
        Self { wall: Self::OF_SCALE.wall, turns: 2 * SLICE_TURNS, ..Self::OF_SELF_CHECK };

    /// A table of the self-check, of which there are many.
    pub(crate) const OF_SELF_CHECK: Self =
        Self { cpu: Duration::from_millis(20), turns: TURNS, most: Duration::from_secs(1), ..Self::SHORT };

    pub(crate) const fn of_wall(wall: Duration) -> Self {
        Self { wall, cpu: Duration::ZERO, most: wall, turns: TURNS }
    }
}
