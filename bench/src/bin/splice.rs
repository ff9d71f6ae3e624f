//! Writes the README's tables: `cargo run -p photo-bench --bin splice [FOLDER]`.
//!
//! They are what the recipes cost, counted from their sources, and the figures of a recorded run. Without a folder it
//! takes the newest in `bench/results/`. To record one, into a folder named after date and machine:
//! `cargo bench --bench load -- --json bench/results/DATE-MACHINE/load.jsonl`, and say in `conditions.txt` beside it where
//! and how; `cargo bench --bench pitfalls -- --json bench/results/DATE-MACHINE/pitfalls.jsonl`, and say it in `pitfalls.txt`;
//! with valgrind installed, `cargo bench --bench load -- --cost --bytes 1024 --json bench/results/DATE-MACHINE/price.jsonl`, and
//! say it in `price.txt`.

use std::path::PathBuf;
use std::{env, fs, io};

use photo_bench::code_cost;
use photo_bench::output::markdown::{self, newest};

fn main() -> io::Result<()> {
    let folder = |file| match env::args_os().nth(1) {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => newest("bench/results".as_ref(), file),
    };
    let readme = fs::read_to_string("README.md")?;
    let readme = markdown::splice(&readme, &folder("load.jsonl")?)?;
    let readme = markdown::splice_pitfalls(&readme, &folder("pitfalls.jsonl")?)?;
    let readme = markdown::splice_price(&readme, &folder("price.jsonl")?)?;
    let readme = code_cost::splice(&readme, &code_cost::count(".".as_ref())?)?;
    fs::write("README.md", readme)
}
