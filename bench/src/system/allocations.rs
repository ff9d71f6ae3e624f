//! Counts of memory allocations, if a counter is installed.
//!
//! Counting takes time, so a separate program does it, `counting-worker`, whose allocator counts; the programs
//! whose figures are times have the system's allocator, and not even a switch in front of it.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

static COUNTER: OnceLock<fn() -> Allocations> = OnceLock::new();

/// The allocations of a process, all its threads together.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Allocations {
    /// The number of allocations and reallocations.
    pub count: u64,
    /// The number of bytes, growth included.
    pub bytes: u64,
}

impl Allocations {
    pub(crate) fn between(before: Option<Self>, after: Option<Self>) -> Option<Self> {
        let (before, after) = before.zip(after)?;
        Some(Self { count: after.count - before.count, bytes: after.bytes - before.bytes })
    }

    /// The sum of two processes.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { count: self.count + other.count, bytes: self.bytes + other.bytes }
    }
}

/// Installs the counter of this process. Call it before [`run_if_child`](crate::cli::entry::run_if_child).
pub fn count_by(counter: fn() -> Allocations) {
    COUNTER.get_or_init(|| counter);
}

/// The allocations of this process; `None` without a counter.
pub(crate) fn so_far() -> Option<Allocations> {
    COUNTER.get().map(|counter| counter())
}
