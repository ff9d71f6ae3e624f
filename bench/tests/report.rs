//! The program `report`, on recorded results.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use photo_bench::output::markdown;

#[test]
fn a_recorded_folder_prints_all_its_tables_again() {
    let printed = report(&recorded(), "--tables");
    let text = String::from_utf8(printed.stdout).expect("text");
    assert!(printed.status.success(), "{text}");
    for title in [
        "1024 in flight, 20 ms of server delay: 32 KiB photos",
        "downloads start per second",
        "Cost per download: ",
        "waits at once, without a download",
        "Which style, when: ",
        "Pitfalls: ",
    ] {
        assert!(text.contains(title), "{title:?} is not in {text}");
    }
}

#[test]
fn an_unknown_version_is_refused_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = fs::read_to_string(recorded().join("load.jsonl")).expect("results");
    fs::write(folder.path().join("load.jsonl"), lines.replace("\"version\":1", "\"version\":2"))
        .expect("a file");
    let refused = report(folder.path(), "--tables");
    let error = String::from_utf8(refused.stderr).expect("text");
    assert!(!refused.status.success());
    let why = "load.jsonl: line 1: version 2 of the results is unknown; this program reads 1\n";
    assert!(error.starts_with("error: ") && error.ends_with(why) && error.lines().count() == 1, "{error}");
}

fn recorded() -> PathBuf {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    markdown::newest(&results, "load.jsonl").expect("a recorded run")
}

fn report(folder: &Path, option: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_report")).arg(folder).arg(option).output().expect("the program runs")
}
