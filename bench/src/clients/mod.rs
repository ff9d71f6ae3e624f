//! The clients that can be measured.

mod floor;
mod peers;
mod per_core;
pub(crate) mod subject;
