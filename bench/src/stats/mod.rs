//! The statistics: latencies, intervals, and the order of rounds.

pub(crate) mod interval;
pub(crate) mod latency;
pub(crate) mod rounds;
