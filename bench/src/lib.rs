//! One benchmark, run against every style: latency and throughput under concurrent load.
//!
//! Two instruments, two jobs. Criterion (`benches/criterion.rs`) times one thing at a time very
//! precisely, in one process; [`lab`] is what its benches stand on. The load bench (`benches/load.rs`, [`load`]) keeps
//! many downloads in flight and looks at percentiles, CPU, memory and threads. Beside them, [`damage`]
//! (`benches/pitfalls.rs`) goes the right way and the tempting wrong one, and tells what the wrong one costs.
//!
//! What makes the figures of the load bench comparable:
//!
//! - Each cell has a server and a client in fresh processes of their own ([`role`]), pinned to different cores where
//!   there are two.
//! - Connections are made before anything is measured. After it, the server's counters prove that everyone had the
//!   same number of requests, bytes and connections; who had not has no figures.
//! - Rounds are interleaved in random order; figures are medians, and the spread stands beside them.
//! - `floor`, the least that any client can do, is measured like everyone else.
//! - CPU of client and server are told apart; a server that may have been the bottleneck is pointed out.
//!
//! What is not measured but counted is how much code each style takes: [`code_cost`].

mod by_hand;
mod cell;
mod child;
pub mod code_cost;
mod cores;
pub mod damage;
mod entrant;
mod floor;
pub mod lab;
mod limits;
pub mod load;
mod machine;
mod options;
mod percentiles;
mod pitfalls;
mod plan;
mod progress;
mod readme;
pub mod results;
pub mod role;
mod server;
mod table;
mod trial;
mod usage;
mod worker;
