//! What tempting mistakes cost: each beside the right way.

use std::env;
use std::process::ExitCode;

use photo_bench::{damage, entry};

fn main() -> ExitCode {
    entry::run_if_child();
    damage::run(env::args())
}
