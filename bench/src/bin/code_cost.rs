//! Prints what each recipe costs in each style: `cargo run -p photo-bench --bin code-cost`.
//!
//! [`photo_bench::code_cost`] defines the counts. `splice` writes the same figures into the README.

use std::io;

use photo_bench::code_cost::{count, render};
use photo_bench::output::print;

fn main() -> io::Result<()> {
    print(&format!("{}\n", render(&count(".".as_ref())?)));
    Ok(())
}
