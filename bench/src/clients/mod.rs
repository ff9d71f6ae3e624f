//! The clients that can be measured.

pub(crate) mod entrant;
mod floor;
mod peers;
