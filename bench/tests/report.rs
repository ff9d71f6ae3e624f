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
    let lines = fs::read_to_string(recorded().join("load.jsonl")).expect("results");
    for (mode, title) in [
        ("closed", "1024 in flight, 32 KiB photos, 20 ± 10 ms delay"),
        ("open", "downloads start per second"),
        ("cost", "Cost per download: "),
        ("waits", "waits at once, without a download"),
        ("decision", "Which style, when: "),
    ] {
        let is_recorded = mode == "closed" || lines.contains(&format!("\"mode\":\"{mode}\""));
        assert!(!is_recorded || text.contains(title), "{title:?} is not in {text}");
    }
    assert!(text.contains("Pitfalls: "), "{text}");
}

/// One run, taken for two: its even rounds and its odd ones.
#[test]
fn rounds_of_one_run_show_no_difference() {
    let compared = compared([(Some(0), 1.0), (Some(1), 1.0)]);
    assert!(compared.contains("\nNo difference is shown."), "{compared}");
    assert!(compared.lines().all(|line| !line.contains('–') || !line.contains('*')), "{compared}");
}

#[test]
fn more_cpu_of_one_style_is_a_difference_of_that_style() {
    let compared = compared([(None, 1.0), (None, 2.0)]);
    let verdict = compared.lines().rfind(|line| line.contains(" differ: smol (")).expect("a verdict");
    assert!(verdict.contains("by CPU × 2.00") && !verdict.contains("tokio"), "{verdict}");
}

/// Compares the recorded run with itself, each time with other rounds, and with more CPU for `smol`.
fn compared(runs: [(Option<usize>, f64); 2]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = fs::read_to_string(recorded().join("load.jsonl")).expect("results");
    let mut command = Command::new(env!("CARGO_BIN_EXE_report"));
    command.arg("--out").arg(folder.path().join("compared")).arg("--compare");
    for (name, (parity, times)) in ["old", "new"].into_iter().zip(runs) {
        let folder = folder.path().join(name);
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("load.jsonl"), altered(&lines, parity, times)).expect("a file");
        command.arg(folder);
    }
    let printed = command.output().expect("the program runs");
    assert!(printed.status.success());
    String::from_utf8(printed.stdout).expect("text")
}

/// All rounds, or every other one; `smol` uses so many times its CPU.
fn altered(lines: &str, parity: Option<usize>, times: f64) -> String {
    let lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let altered = lines.map(|mut line| {
        let times = if line["style"] == "smol" { times } else { 1.0 };
        if let Some(rounds) = line["rounds"].as_array_mut() {
            let mut round = 0..;
            rounds.retain(|_| {
                round.next().is_some_and(|round| parity.is_none_or(|parity| round % 2 == parity))
            });
            for round in rounds {
                let cpu = round["cpu_us_per_download"].as_f64().expect("CPU");
                round["cpu_us_per_download"] = (cpu * times).into();
            }
        }
        line.to_string() + "\n"
    });
    altered.collect()
}

/// Version 1 of the results had shorter rounds, and fewer.
#[test]
fn recorded_closed_loops_have_21_rounds_and_3_seconds() {
    let lines = fs::read_to_string(recorded().join("load.jsonl")).expect("results");
    let lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let is_loop = |line: &serde_json::Value| line["version"] != 1 && line["mode"] == "closed";
    for cell in lines.filter(is_loop).filter(|cell| cell.get("failed").is_none()) {
        let rounds = cell["rounds"].as_array().expect("rounds");
        let measured_s: f64 = rounds.iter().filter_map(|round| round["wall_s"].as_f64()).sum();
        assert!(
            rounds.len() >= 21 && measured_s >= 3.0,
            "{} {}: {measured_s} s",
            cell["style"],
            cell["in_flight"]
        );
    }
}

#[test]
fn an_unknown_version_is_refused_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = fs::read_to_string(recorded().join("load.jsonl")).expect("results");
    let (_, rest) = lines.split_once(',').expect("a version and more");
    fs::write(folder.path().join("load.jsonl"), format!("{{\"version\":99,{rest}")).expect("a file");
    let refused = report(folder.path(), "--tables");
    let error = String::from_utf8(refused.stderr).expect("text");
    assert!(!refused.status.success());
    let why = "load.jsonl: line 1: these are results of version 99; this program reads version 3\n";
    assert!(error.starts_with("error: ") && error.ends_with(why) && error.lines().count() == 1, "{error}");
}

fn recorded() -> PathBuf {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    markdown::newest(&results, "load").expect("a recorded run")
}

fn report(folder: &Path, option: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_report")).arg(folder).arg(option).output().expect("the program runs")
}
