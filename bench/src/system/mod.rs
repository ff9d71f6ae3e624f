//! The machine and its processes.

pub(crate) mod affinity;
pub mod allocations;
pub(crate) mod child;
pub(crate) mod interrupt;
pub(crate) mod limits;
pub(crate) mod machine;
pub(crate) mod usage;
pub(crate) mod window;
