//! Where records are shown: in the terminal, in the README, and in the report.

pub mod claims;
pub mod markdown;
mod reason;
pub mod report;
pub mod terminal;
