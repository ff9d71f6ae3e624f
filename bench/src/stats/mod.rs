//! The statistics: latencies, intervals, and the order of rounds.

pub(crate) mod interval;
pub(crate) mod latency;
pub(crate) mod rank_sum;
pub(crate) mod rounds;
mod signed_rank;
#[cfg(test)]
mod tables_simulated;
