//! The clients that can be measured.

mod floor;
mod multi;
mod peers;
pub(crate) mod subject;
