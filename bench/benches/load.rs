//! Every style under concurrent load: percentiles, CPU, memory, threads.

use std::env;
use std::process::ExitCode;

use photo_bench::{load, role};

fn main() -> ExitCode {
    role::run_if_child();
    load::run(env::args())
}
