//! Each run is kept in its own folder, and two runs are compared.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use super::AS;

const SMALL: &str = "--bench --styles floor,callbacks --in-flight 4 --delay-ms 0 --count 400 --rounds 8";

pub(crate) fn all() {
    let target = Target::new();
    let narrow = a_run_has_a_folder_in_the_index(&target);
    let before = a_baseline_has_its_name(&target);
    assert!(narrow.join("index.html").exists(), "an older run stays");
    a_run_is_compared_with_a_baseline(&target);
    pitfalls_belong_to_the_newest_run(&target);
    recorded_runs_are_compared(&target, &narrow, &before);
}

fn a_run_has_a_folder_in_the_index(target: &Target) -> PathBuf {
    target.run("load", SMALL);
    let latest = target.runs().join("latest").canonicalize().expect("a link to the only run");
    let index = fs::read_to_string(target.runs().join("index.html")).expect("an index");
    let name = latest.file_name().and_then(|name| name.to_str()).expect("a name");
    assert!(index.contains(&format!("{name}/index.html")) && index.contains("closed 2, rounds 8"), "{index}");
    latest
}

fn a_baseline_has_its_name(target: &Target) -> PathBuf {
    let printed = target.run("load", &format!("{SMALL} --save-baseline before"));
    let folder = target.runs().join("baseline-before");
    assert!(printed.contains(&format!("report: {}", folder.join("index.html").display())), "{printed}");
    folder
}

fn a_run_is_compared_with_a_baseline(target: &Target) {
    let printed = target.run("load", &format!("{SMALL} --baseline before"));
    assert!(printed.contains("this run compared with baseline-before"), "{printed}");
    // Whether it differs is for a quiet machine to say.
    assert_eq!(printed.lines().filter(|line| line.starts_with("callbacks ")).count(), 2, "{printed}");
    let printed = target.run("load", &format!("{SMALL} --baseline unknown"));
    assert!(!printed.contains("compared"), "{printed}");
}

fn pitfalls_belong_to_the_newest_run(target: &Target) {
    let without = target.folders();
    let printed = target.run("pitfalls", "--bench --quick one-by-one/callbacks");
    assert_eq!(target.folders(), without);
    let page = printed.lines().last().and_then(|line| line.strip_prefix("report: ")).expect("its path");
    assert!(Path::new(page).with_file_name("pitfalls.jsonl").exists(), "{page}");
    assert!(fs::read_to_string(page).expect("a page").contains("one-by-one"), "{page}");
    // That run has pitfalls now.
    target.run("pitfalls", "--bench --quick one-by-one/callbacks");
    assert_eq!(target.folders(), without + 1);
}

fn recorded_runs_are_compared(target: &Target, narrow: &Path, before: &Path) {
    let out = target.folder.path().join("compared");
    let more = with_more_cpu(before, &target.folder.path().join("more-cpu"));
    let compare = |old: &Path, new: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_report"));
        command.arg("--compare").args([old, new]).arg("--out").arg(&out).output().expect("it runs")
    };
    let printed = printed(&compare(narrow, before));
    assert!(printed.contains("photos per s") && printed.contains("callbacks"), "{printed}");
    assert!(fs::read_to_string(out.join("index.html")).expect("a page").contains("callbacks"));
    let printed = self::printed(&compare(before, &more));
    let row = |style: &str| printed.lines().rfind(|line| line.starts_with(style)).expect("a row");
    assert!(row("callbacks ").ends_with('*'), "a thousand times the CPU is no difference: {printed}");
    assert!(!row("floor ").contains('*'), "{printed}");
    let refused = compare(narrow, Path::new("nowhere"));
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && error.starts_with("error: there is no run nowhere"), "{error}");
}

/// A copy of a run, in which each round of callbacks has used a thousand times the CPU.
fn with_more_cpu(run: &Path, copy: &Path) -> PathBuf {
    const FILE: &str = "load.jsonl";
    let lines = fs::read_to_string(run.join(FILE)).expect("lines");
    let changed = lines.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).expect("a line of JSON");
        if line["style"] == "callbacks" {
            for round in line["rounds"].as_array_mut().expect("rounds") {
                let cpu = &mut round["cpu_us_per_download"];
                *cpu = (cpu.as_f64().expect("a number") * 1000.0).into();
            }
        }
        format!("{line}\n")
    });
    fs::create_dir(copy).expect("a folder");
    fs::write(copy.join(FILE), changed.collect::<String>()).expect("a file");
    copy.into()
}

/// This program in a target folder without any run.
struct Target {
    folder: TempDir,
    program: PathBuf,
}

impl Target {
    fn new() -> Self {
        let program = env::current_exe().expect("this program is somewhere");
        // In the same file system, so that the program need not be copied.
        let folder = tempfile::tempdir_in(program.parent().expect("a folder")).expect("a folder");
        let linked = folder.path().join("bench");
        fs::hard_link(program, &linked).expect("a link");
        fs::write(folder.path().join("CACHEDIR.TAG"), "").expect("a file");
        Self { folder, program: linked }
    }

    fn runs(&self) -> PathBuf {
        self.folder.path().join("photo-report")
    }

    fn folders(&self) -> usize {
        let entries = fs::read_dir(self.runs()).expect("runs").map(|entry| entry.expect("an entry").path());
        entries.filter(|path| path.is_dir() && !path.is_symlink()).count()
    }

    fn run(&self, bench: &str, words: &str) -> String {
        let mut command = Command::new(&self.program);
        printed(&command.env(AS, bench).args(words.split(' ')).output().expect("it runs"))
    }
}

fn printed(output: &Output) -> String {
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    printed
}
