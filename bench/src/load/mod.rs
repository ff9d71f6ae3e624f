//! The load: what is to be done, when, and what a client must be able to do.

pub(crate) mod client;
mod numbers;
pub(crate) mod paced;
pub(crate) mod samples;
pub(crate) mod schedule;
pub(crate) mod waits;
pub(crate) mod workload;
