//! What a pitfall costs: both ways, round after round.

pub(crate) mod cell;
pub(crate) mod trial;
