//! Writes the generated parts of README.md and docs/: `cargo run -p photo-bench --bin splice [FOLDER]`.
//!
//! These are the answer, the tables and the picture of a recorded run, and the cost of the recipes, counted from their
//! sources. Without a folder it takes the newest in `bench/results/`. To record into a folder DATE-MACHINE there:
//!
//! - `cargo bench --bench load -- --json bench/results/DATE-MACHINE/load.jsonl`; state where and how in `conditions.txt`
//! - `cargo bench --bench pitfalls -- --json bench/results/DATE-MACHINE/pitfalls.jsonl`; state it in `pitfalls.txt`
//! - `cargo bench --bench load -- --cost --bytes 1024 --json bench/results/DATE-MACHINE/price.jsonl`, with valgrind
//!   installed; state it in `price.txt`
//! - `cargo bench --features peers --bench load -- --in-flight 256 --delay-ms 0 --count 8192 --json
//!   bench/results/DATE-MACHINE/peers.jsonl`; state it in `peers.txt`
//! - `cargo bench --features completions --bench load -- --styles floor,callbacks,tokio,completions --in-flight 16,64,256
//!   --delay-ms 0 --json bench/results/DATE-MACHINE/completions.jsonl`; state it in `completions.txt`

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use photo_bench::code_cost;
use photo_bench::output::answer;
use photo_bench::output::markdown::{PARTS, newest};
use photo_bench::output::report::drawing;

fn main() -> io::Result<()> {
    let folder = |recording: &str| match env::args_os().nth(1) {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => newest("bench/results".as_ref(), recording),
    };
    for part in PARTS {
        let folder = folder(part.recording)?;
        edit(part.document, |document| part.splice(document, &folder))?;
    }
    let (load, costs) = (folder("load")?, code_cost::count(".".as_ref())?);
    edit("README.md", |readme| answer::splice(readme, &load, &costs))?;
    edit("README.md", |readme| code_cost::splice_recipes(readme, &costs))?;
    edit("docs/results.md", |results| code_cost::splice(results, &costs))?;
    for (file, drawing) in drawing::FILES.iter().zip(drawing::latency(&load)?) {
        fs::write(Path::new("docs").join(file), drawing)?;
    }
    Ok(())
}

fn edit(path: &str, splice: impl FnOnce(&str) -> io::Result<String>) -> io::Result<()> {
    fs::write(path, splice(&fs::read_to_string(path)?)?)
}
