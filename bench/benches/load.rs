//! Every style under concurrent load: percentiles, CPU, memory, threads; and what follows from them.

use std::env;
use std::process::ExitCode;

use photo_bench::cli::{entry, load};

fn main() -> ExitCode {
    entry::run_if_child();
    load::run(env::args_os(), env!("CARGO_BIN_EXE_counting-worker").as_ref())
}
