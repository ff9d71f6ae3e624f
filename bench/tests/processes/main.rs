//! The load bench as a whole, with its servers and workers in processes of their own.
//!
//! The tests have no harness, because this program must be able to become a server, a worker and the bench itself.

mod endings;
mod runs;
mod workers;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use photo_bench::cli::{entry, load, pitfalls};
use serde_json::Value;

/// Makes this program the bench of this name.
const AS: &str = "PHOTO_BENCH_TEST_AS";

fn main() -> ExitCode {
    entry::run_if_child();
    match env::var(AS).as_deref() {
        Ok("load") => return load::run(env::args_os(), env!("CARGO_BIN_EXE_counting-worker").as_ref()),
        Ok("pitfalls") => return pitfalls::run(env::args_os()),
        _ => {}
    }
    every_style_gets_its_line_of_json();
    a_cell_that_cannot_run_is_shown_with_its_reason();
    a_server_of_ones_own_can_be_measured();
    every_style_downloads_by_https_and_over_fresh_connections();
    clients_on_several_cores_do_the_same_work();
    unselected_cells_are_not_run();
    each_cell_can_be_tried();
    an_open_loop_reports_what_it_could_not_start();
    costs_of_downloads_and_waits_are_counted();
    the_self_check_depends_on_the_burden();
    each_damage_gets_its_line_of_json();
    endings::all();
    runs::all();
    workers::all();
    fs::remove_dir_all(report_folder()).expect("the report can be removed");
    println!("processes: ok");
    ExitCode::SUCCESS
}

fn every_style_gets_its_line_of_json() {
    let styles = "--styles=floor,blocking,callbacks,tokio,tokio-multi,async-std,smol,ureq";
    let words = "--bench --in-flight 4 --delay-ms 1 --count 40 --rounds 2 --bytes 2000";
    let (printed, lines) = recorded("load", words, &[styles]);
    let parsed = parsed(&lines);
    let [run, cells @ ..] = parsed.as_slice() else { panic!("no line") };
    assert_eq!((&run["mode"], &run["rounds"]), (&"run".into(), &2.into()));
    assert!(run["machine"].is_string() && run["versions"]["tokio"].is_string(), "{run}");
    assert_eq!(cells.len(), 8);
    for cell in cells {
        let style = cell["style"].as_str().expect("a name");
        assert!(cell.get("failed").is_none(), "{cell}");
        assert_eq!((&cell["errors"], &cell["count"], &cell["bytes"]), (&0.into(), &40.into(), &2000.into()));
        assert!(cell["p50_us"].as_f64() >= Some(500.0), "{style} was faster than the server: {cell}");
        assert!(cell["p50_us"].as_f64() <= cell["max_us"].as_f64());
        assert_eq!(cell["rounds"].as_array().map(Vec::len), Some(2));
        assert!(printed.lines().any(|line| line.starts_with(style)), "{style} is not in {printed}");
    }
    let report = printed.lines().last().and_then(|line| line.strip_prefix("report: ")).expect("its path");
    assert!(fs::read_to_string(report).expect("a page").contains("async-std"), "{report}");
    let beside = Path::new(report).with_file_name("load.jsonl");
    assert_eq!(fs::read_to_string(beside).expect("the raw results"), lines);
}

fn a_cell_that_cannot_run_is_shown_with_its_reason() {
    let printed = run("--bench --styles floor --in-flight 1000000 --delay-ms 0 --rounds 1", &[]);
    assert!(
        printed.contains("floor: not measured: needs 1000000 connections, 4 processes can have "),
        "{printed}"
    );
}

fn a_server_of_ones_own_can_be_measured() {
    let server = photo_server::PhotoServer::start().expect("the server starts");
    let url = server.url("/photo?bytes=3000");
    let option = format!("--url={url}");
    let printed = run("--bench --styles floor,callbacks --in-flight 2 --count 20 --rounds 1", &[&option]);
    assert!(printed.contains(&format!("3000 B photos, your own server ({url})")), "{printed}");
    let absent = format!("--url={}", server.url("/nothing-here"));
    let printed = run("--bench --styles callbacks --in-flight 1 --count 20 --rounds 1", &[&absent]);
    assert!(printed.contains("not measured") && printed.contains("404"), "{printed}");
}

/// The server's counters prove that there were as many connections as photos.
fn every_style_downloads_by_https_and_over_fresh_connections() {
    let cells = json("--bench --tls --connections fresh --in-flight 4 --delay-ms 0 --count 40");
    assert_eq!(cells.len(), 7);
    for cell in &cells {
        assert!(cell.get("failed").is_none() && cell["errors"] == 0, "{cell}");
        assert!(cell["tls"] == true && cell["fresh"] == true, "{cell}");
    }
    let refused = output("load", "--bench --tls --styles floor", &[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no client that --styles names"));
}

/// One set on one core, and one on both. The cores of the two sides are the same, so two are enough.
fn clients_on_several_cores_do_the_same_work() {
    const CORES: &str = "--bench --server-cores 0,1 --client-cores 0,1";
    let listed = output("load", &format!("{CORES} --list"), &[]);
    if String::from_utf8_lossy(&listed.stderr).contains("is not among those of this process") {
        return println!("skipped: this process may not use the cores 0 and 1");
    }
    let cells = json(&format!("{CORES} --in-flight 16 --delay-ms 0 --count 640"));
    let styles = |several: bool| {
        let of_set = cells.iter().filter(|cell| (cell["client_cores"] == 2) == several);
        of_set.map(|cell| cell["style"].as_str().expect("a name")).collect::<Vec<_>>()
    };
    assert_eq!(styles(false).len(), 8);
    assert_eq!(styles(true), ["blocking", "tokio-multi", "async-std", "callbacks-multi", "smol-multi"]);
    for cell in &cells {
        assert!(cell.get("failed").is_none() && cell["errors"] == 0, "{cell}");
        assert_eq!(cell["server_loops"].as_u64(), cell["client_cores"].as_u64().max(Some(1)), "{cell}");
    }
    let page = fs::read_to_string(report_folder().join("index.html")).expect("the page is written");
    assert!(page.contains("Photos per second against cores"));
}

fn unselected_cells_are_not_run() {
    for bench in ["load", "pitfalls"] {
        for words in ["--bench latency", "--bench --profile-time 1", "--list --ignored"] {
            assert_eq!(run_as(bench, words, &[]), "", "{bench} {words}");
        }
    }
    assert_eq!(run("--list --exact load/0ms/16/smol", &[]), "load/0ms/16/smol: benchmark\n");
}

fn each_cell_can_be_tried() {
    let printed = run("--test --styles floor,smol load/20ms/64", &[]);
    let (tried, report) = printed.split_once("report: ").expect("it ends with the report");
    assert_eq!(tried, "Testing load/20ms/64/floor\nSuccess\n\nTesting load/20ms/64/smol\nSuccess\n\n");
    assert!(fs::read_to_string(report.trim()).expect("a page").contains("64 in flight"), "{report}");
}

fn report_folder() -> PathBuf {
    env::temp_dir().join(format!("photo-bench-report-{}", std::process::id()))
}

fn an_open_loop_reports_what_it_could_not_start() {
    // Fifty at once, of 20 ms each, are 2500 per second at most.
    let cells =
        json("--bench --open --styles floor,callbacks,tokio --delay-ms 20 --rate 200,9000 --in-flight 50");
    assert_eq!(cells.len(), 6);
    for cell in &cells {
        // A busy machine may keep a client from any rate, and no client reaches this one.
        let too_much = cell["rate_per_s"] == 9000.0;
        assert!(!too_much || cell["saturated"] == true && cell["skipped"].as_u64() > Some(0), "{cell}");
        assert!(cell["p50_us"].as_f64() >= cell["uncorrected"]["p50_us"].as_f64(), "{cell}");
        assert!(cell["uncorrected"]["p50_us"].as_f64() >= Some(10_000.0), "{cell}");
    }
}

fn costs_of_downloads_and_waits_are_counted() {
    let cells = json("--bench --cost --quick --styles floor,callbacks");
    let allocations =
        |index: usize| cells[index]["allocations_per_download"].as_f64().expect("they are counted");
    assert!(allocations(0) < 1.0 && allocations(1) > 1.0, "{cells:?}");
    assert!(cells[1]["allocated_bytes_per_download"].as_f64() > Some(32_768.0));
    let cells = json("--bench --waits --styles blocking,tokio waits/1000/");
    assert_eq!(cells.len(), 2);
    for cell in &cells {
        assert!(cell["start_s"].as_f64() > Some(0.0) && cell["finish_s"].as_f64() > Some(0.0), "{cell}");
    }
}

/// Four times the work is seen on any machine; `--self-check` shows how fine a difference can be seen.
fn the_self_check_depends_on_the_burden() {
    // A busy machine may keep threads from their next downloads, which fails another claim.
    let printed = output("load", "--bench --self-check work", &[]).stdout;
    let printed = String::from_utf8_lossy(&printed);
    assert!(printed.contains("ok     (e) equal work") && printed.contains("ok     (d) "), "{printed}");
    let Output { status, stdout, .. } =
        output("load", "--bench --self-check --burden 300 --rounds 1 tables", &[]);
    let printed = String::from_utf8_lossy(&stdout);
    assert!(!status.success() && printed.contains("FAILED (a)"), "{printed}");
}

fn each_damage_gets_its_line_of_json() {
    let (printed, lines) = recorded("pitfalls", "--bench --quick --save-baseline x one-by-one", &[]);
    let cells = parsed(&lines);
    assert_eq!(cells.len(), 3);
    for cell in &cells {
        // 64 times 5 ms, one after the other.
        assert!(cell["wrong"].as_f64() >= Some(320.0), "{cell}");
        assert_eq!(cell["rounds"][0][0]["photos"], cell["rounds"][0][1]["photos"]);
        assert!(printed.contains(cell["style"].as_str().expect("a name")), "{printed}");
    }
}

fn json(words: &str) -> Vec<Value> {
    json_with(words, &[])
}

/// The lines of a run but the first.
fn json_with(words: &str, more: &[&str]) -> Vec<Value> {
    let (_, lines) = recorded("load", &format!("{words} --rounds 1"), more);
    parsed(&lines).split_off(1)
}

fn parsed(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The output of a run, and its results.
fn recorded(bench: &str, words: &str, more: &[&str]) -> (String, String) {
    let file = env::temp_dir().join(format!("photo-bench-{}.jsonl", std::process::id()));
    let json = format!("--json={}", file.display());
    let printed = run_as(bench, words, &[more, &[&json]].concat());
    let lines = fs::read_to_string(&file).expect("the file is written");
    fs::remove_file(&file).expect("the file can be removed");
    (printed, lines)
}

fn run(words: &str, more: &[&str]) -> String {
    run_as("load", words, more)
}

fn run_as(bench: &str, words: &str, more: &[&str]) -> String {
    let report = format!("--report={}", report_folder().display());
    let Output { status, stdout, stderr } = output(bench, words, &[more, &[&report]].concat());
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success(), "{words}: {status}\n{stdout}\n{}", String::from_utf8_lossy(&stderr));
    stdout
}

fn output(bench: &str, words: &str, more: &[&str]) -> Output {
    command(bench, words).args(more).output().expect("this program can be run")
}

/// This program as a bench.
fn command(bench: &str, words: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("this program is somewhere"));
    command.env(AS, bench).args(words.split(' '));
    command
}
