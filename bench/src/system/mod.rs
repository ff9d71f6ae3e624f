//! The machine and its processes.

pub mod allocations;
pub(crate) mod child;
pub(crate) mod core_time;
pub(crate) mod cpu_set;
pub(crate) mod interrupt;
pub(crate) mod limits;
pub(crate) mod machine;
pub(crate) mod placement;
pub(crate) mod quota;
pub(crate) mod topology;
pub(crate) mod usage;
pub(crate) mod window;
