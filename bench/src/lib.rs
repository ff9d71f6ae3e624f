//! One benchmark, run against every style: latency and throughput under concurrent load.
//!
//! Two instruments, two jobs. Criterion (`benches/criterion.rs`) times one thing at a time very
//! precisely, in one process; [`lab`] is what its benches stand on. The load bench (`benches/load.rs`, [`load`]) keeps
//! many downloads in flight and looks at percentiles, CPU, memory and threads. Beside them, [`damage`]
//! (`benches/pitfalls.rs`) goes the right way and the tempting wrong one, and tells what the wrong one costs.
//!
//! What makes the figures of the load bench comparable:
//!
//! - Each cell has a server and a client in fresh processes of their own ([`entry`]), pinned to different cores where
//!   there are two.
//! - Connections are made, and threads started, before anything is measured: that lasts from the start of the first
//!   download to the end of the last one. After it, the server's counters prove that everyone had the same number of
//!   requests, bytes and connections; who had not has no figures.
//! - Rounds are interleaved in random order; figures are medians, and where the rounds do not tell two styles apart,
//!   "no difference" stands in the table.
//! - In a closed loop, all downloads that are to be in flight count from the begin, whoever has to wait for its turn;
//!   where fewer were, on average, than was asked for, by Little's law, a note tells it.
//! - Beside closed loops there are open ones, in which latency counts from when a download should have started.
//! - `floor`, the least that any client can do, is measured like everyone else.
//! - CPU of client and server are told apart; a server that may have been the bottleneck is pointed out.
//! - `--self-check` shows that all this is so.
//!
//! Whatever a run has found stands on one page in the end: [`report`].
//!
//! What is not measured but counted is how much code each style takes: [`code_cost`].

pub mod allocations;
mod cell;
mod child;
mod client;
pub mod code_cost;
mod compare;
mod cores;
mod cost;
pub mod damage;
mod entrant;
pub mod entry;
mod floor;
mod format;
mod grid;
mod jsonl;
pub mod lab;
mod limits;
pub mod load;
mod machine;
mod open_loop;
mod options;
mod outcome;
mod pair;
mod peers;
mod percentiles;
mod pitfalls;
mod plan;
mod program;
mod progress;
mod readme;
mod rehearsal;
pub mod report;
pub mod results;
mod role;
mod rounds;
mod scale;
mod schedule;
mod self_check;
mod server;
mod span;
mod table;
mod trial;
mod usage;
mod versus;
mod waits;
mod worker;
mod workload;
