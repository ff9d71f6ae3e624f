//! The pitfalls: tempting mistakes, each next to the right way, as code to read and to run.
//!
//! Each file explains the temptation, the consequence and the fix; then come the right way and the
//! wrong one in each style in which the mistake is natural. Both do the same work, except for the photos that the mistake loses.
//! [`damage`](crate::cli::pitfalls) measures them.

mod background;
mod blocking_in_async;
mod cpu_on_the_loop;
mod executor_run;
mod fixture;
mod new_client;
mod one_by_one;
mod pitfall;
mod slow_consumer;
mod unbounded;

pub(crate) use fixture::{Fixture, Tally};
pub(crate) use pitfall::{Pitfall, Work};

/// All pitfalls, in the order of the table.
pub(crate) const ALL: [Pitfall; 8] = [
    cpu_on_the_loop::PITFALL,
    blocking_in_async::PITFALL,
    slow_consumer::PITFALL,
    one_by_one::PITFALL,
    new_client::PITFALL,
    new_client::WITH_TLS,
    unbounded::PITFALL,
    executor_run::PITFALL,
];
