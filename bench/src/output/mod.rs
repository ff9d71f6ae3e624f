//! Every output of records: tables in the terminal, the generated parts of the documents, and the report.

pub mod answer;
pub mod markdown;
pub mod report;
pub mod runs;
mod tables;
pub mod terminal;

pub use crate::text::out::{note_line, print};
