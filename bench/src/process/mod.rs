//! The processes of the bench, and both ends of the line to each.

pub(crate) mod foreign;
pub(crate) mod job;
pub(crate) mod report;
pub(crate) mod role;
pub(crate) mod server;
pub(crate) mod work;
pub(crate) mod worker;
