//! One benchmark, run against every style: latency, throughput and cost under concurrent load.
//!
//! Criterion (`benches/criterion.rs`) times one thing at a time, in one process. The load bench (`benches/load.rs`)
//! keeps many downloads in flight and measures percentiles, CPU, memory and threads. The pitfalls
//! (`benches/pitfalls.rs`) run the right way and the tempting wrong one, and measure what the wrong one costs.
//!
//! # Layers
//!
//! Imports point down this list, and no files import each other in a circle; the test `tidy` refuses anything else.
//!
//! - `cli`: the commands that `cargo bench` starts, and the entry of every process
//! - `self_check`: known differences, latencies and loads are found again
//! - `measure`: each part of the bench, from its groups to its cells
//! - `options`: the command line
//! - `process`: server and worker processes, and both ends of the line to each
//! - `pitfalls`: the tempting mistakes, each next to the right way
//! - `clients`: the clients that can be measured: the floor, the styles, the peers
//! - `load`: a workload, its schedule, and the trait of a client under load
//! - `output`: tables in the terminal, in the README, and in the report
//! - `record`: one type for each line of results; every output is a function of records
//! - `code_cost`: the lines and words of each recipe, counted from its source
//! - `stats`: latencies, intervals, and the order of rounds
//! - `system`: cores, limits, CPU, memory, child processes
//! - `text`: number formats, grids, files, progress
//!
//! # What makes the figures comparable
//!
//! - Each round of each cell has a fresh server and a fresh client process ([`cli::entry`]), pinned to different cores
//!   where there are two. So rounds are independent, as intervals need it.
//! - A pilot finds how many downloads the fastest client does in 0.15 to 1 s; all clients of a group do as many.
//! - Connections are made, and threads started, before the measured window. In a closed loop, the first download of each
//!   thread, callback or task leads in before it, and as many others; as many as are in flight lead out after it. Within it,
//!   all that should be in flight are.
//! - The server's counters prove that every client had the same measured requests, bytes and connections; a client
//!   with other counts has no figures.
//! - Rounds are interleaved in random order, and figures are medians. Intervals are so wide that at most 5 % of tables
//!   contain a false difference; each table prints the smallest difference that it resolves.
//! - A note names the clients that had fewer in flight on average than they should have, by Little's law.
//! - In an open loop, latency counts from when a download should have started.
//! - `floor`, the client that runs the least code, is measured like every other client.
//! - CPU of client and server are separate; a note names a server that may have been the bottleneck.
//! - Delays differ by up to a half, so that downloads that start at once do not stay in step.
//! - `--self-check` validates equal work, comparisons, resolutions and latencies. It cannot see what makes one style wait
//!   for the server longer than another; a note names each client that is over 5 % faster than `floor`.
//!
//! `docs/architecture.md` follows one figure from the socket to the table, `docs/methodology.md` lists the biases.

pub mod cli;
mod clients;
pub mod code_cost;
mod load;
mod measure;
mod options;
pub mod output;
mod pitfalls;
mod process;
pub mod record;
mod self_check;
mod stats;
pub mod system;
mod text;
