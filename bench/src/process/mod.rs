//! The processes of the bench, and both ends of the line to each.

pub(crate) mod report;
pub(crate) mod role;
pub(crate) mod server;
pub(crate) mod worker;
