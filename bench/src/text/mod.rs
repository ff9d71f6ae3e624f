//! Text: numbers, grids, JSON lines, progress, and the marked parts of a document.

pub(crate) mod format;
pub(crate) mod grid;
pub(crate) mod jsonl;
pub(crate) mod markers;
pub(crate) mod progress;
