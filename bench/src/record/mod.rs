//! The records of a run: one type for each kind of line, used for writing and for reading.
//!
//! Every table, the README and the report are functions of records, so a recorded folder shows all of them again.
//!
//! # The format
//!
//! A file has one JSON object a line. `version` is [`VERSION`]; `mode` is the kind of the line. The end of a name is its
//! unit: `_s` seconds, `_ms` milliseconds, `_us` microseconds, `_kib` 1024 bytes. An unknown figure is null or absent; a
//! line without figures has `failed`, the reason.
//!
//! | mode | type | one line for |
//! | --- | --- | --- |
//! | `run` | `Head` | the run: machine, time, seed |
//! | `closed`, `scale` | `Cell` | a style with a fixed number of downloads in flight |
//! | `open` | `OpenCell` | a style at a fixed rate of arrivals |
//! | `cost` | `CostCell` | what a download costs in a style |
//! | `waits` | `WaitsCell` | many waits at once in a style |
//! | `decision` | `Decision` | which style to choose, for one size and one delay |
//! | `pitfall` | `PitfallCell` | what one mistake costs in a style |

pub(crate) mod advice;
pub(crate) mod cell;
pub mod changes;
#[cfg(test)]
mod changes_simulated;
pub(crate) mod cost;
pub(crate) mod decision;
pub(crate) mod figures;
pub(crate) mod group;
mod judgement;
mod line;
pub(crate) mod load;
pub(crate) mod open;
pub(crate) mod pitfall;
pub mod run;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod undecided;
pub(crate) mod waits;

pub(crate) use line::Record;
pub use line::VERSION;
