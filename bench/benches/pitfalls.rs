//! The cost of tempting mistakes, each next to the right way.

use std::env;
use std::process::ExitCode;

use photo_bench::cli::{entry, pitfalls};

fn main() -> ExitCode {
    entry::run_if_child();
    pitfalls::run(env::args_os())
}
