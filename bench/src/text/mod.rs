//! Text: numbers, grids, results files, progress, and the marked parts of a document.

pub(crate) mod format;
pub(crate) mod grid;
pub(crate) mod markers;
pub(crate) mod out;
pub(crate) mod progress;
pub(crate) mod results;
