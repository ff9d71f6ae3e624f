//! The clients that can be measured.

mod floor;
pub(crate) mod foreign;
mod peers;
pub(crate) mod subject;
