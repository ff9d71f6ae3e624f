//! The clients that can be measured.

mod floor;
pub(crate) mod foreign;
mod peers;
mod per_core;
pub(crate) mod subject;
