//! The clients that can be measured.

mod floor;
mod peers;
pub(crate) mod subject;
