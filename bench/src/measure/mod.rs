//! Each part of the bench, from its groups to its cells.

pub(crate) mod closed;
pub(crate) mod cost;
pub(crate) mod groups;
pub(crate) mod open;
pub(crate) mod pilot;
pub(crate) mod pitfall;
pub(crate) mod round;
pub(crate) mod scale;
pub(crate) mod session;
pub(crate) mod trial;
pub(crate) mod waits;
