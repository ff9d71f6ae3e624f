//! The tables of the terminal.

pub(crate) mod closed;
pub(crate) mod cost;
pub(crate) mod decision;
pub(crate) mod notes;
pub(crate) mod open;
pub(crate) mod pitfalls;
pub(crate) mod waits;
