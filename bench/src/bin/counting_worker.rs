//! A worker of the load bench whose allocator counts. The bench starts it; by itself it does nothing.

use std::alloc::System;
use std::process::ExitCode;

use photo_bench::cli::entry;
use photo_bench::output::note_line;
use photo_bench::system::allocations::{self, Allocations};
use stats_alloc::{INSTRUMENTED_SYSTEM, Stats, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    allocations::count_by(|| {
        let Stats { allocations, reallocations, bytes_allocated, .. } = ALLOCATOR.stats();
        let number = |counted: usize| counted as u64;
        Allocations { count: number(allocations + reallocations), bytes: number(bytes_allocated) }
    });
    entry::run_if_child();
    note_line(format_args!("this is for `cargo bench --bench load` to start"));
    ExitCode::FAILURE
}
