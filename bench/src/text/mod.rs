//! Text: numbers, grids, results files, lines for the user, progress, and the marked parts of a document.

pub(crate) mod format;
pub(crate) mod grid;
pub(crate) mod markers;
pub mod print;
pub(crate) mod progress;
pub(crate) mod results;
