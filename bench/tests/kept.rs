//! Nothing that a run has measured is lost: after a signal, with a closed pipe, with a path that cannot be written.
//!
//! Without the usual harness, because this program must be able to become a server, a worker and the bench itself.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use photo_bench::cli::{entry, load, pitfalls};
use serde_json::Value;
use tempfile::TempDir;

/// Makes this program the bench of this name.
const AS: &str = "PHOTO_BENCH_TEST_AS";

/// Many times what anything here takes.
const LONG: Duration = Duration::from_mins(1);

/// A load of which a round takes a few milliseconds.
const SHORT: &str = "--bench --styles floor,callbacks --in-flight 4 --delay-ms 1 --count 40";

const OLD: &str = "older results\n";

fn main() -> ExitCode {
    entry::run_if_child();
    match env::var(AS).as_deref() {
        Ok("load") => return load::run(env::args_os(), env!("CARGO_BIN_EXE_counting-worker").as_ref()),
        Ok("pitfalls") => return pitfalls::run(env::args_os()),
        _ => {}
    }
    a_signal_keeps_older_results_and_complete_rounds();
    a_signal_before_the_first_round_leaves_everything_as_it_was();
    parts_that_have_ended_are_written_at_once();
    a_closed_pipe_loses_nothing();
    a_path_that_cannot_be_written_is_reported_before_measuring();
    arguments_that_are_not_utf_8_are_refused();
    ignored_tests_are_none();
    println!("kept: ok");
    ExitCode::SUCCESS
}

fn a_signal_keeps_older_results_and_complete_rounds() {
    let place = Place::new();
    fs::write(&place.json, OLD).expect("a file");
    let mut bench = place.start("load", &format!("{SHORT} --rounds 200"));
    let mut stderr = BufReader::new(bench.stderr.take().expect("stderr is piped"));
    let mut line = String::new();
    while !line.contains("round 2 of 200") {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).expect("text"), 0, "no second round");
    }
    let group = group(&bench);
    killpg(group, Signal::SIGINT).expect("it runs");
    let status = end(&mut bench);
    line.clear();
    stderr.read_to_string(&mut line).expect("text");
    assert_eq!(status.code(), Some(130), "{status} {line}");
    assert!(line.ends_with("Interrupted by SIGINT: the complete rounds are kept\n"), "{line}");
    assert_ended(group);

    assert_eq!(fs::read_to_string(&place.json).expect("the file"), OLD);
    let finished = place.json.with_extension("jsonl.interrupted");
    let lines = fs::read_to_string(finished).expect("the new results");
    let rounds: Vec<_> = cells(&lines).iter().map(|cell| cell["rounds"].as_array().map(Vec::len)).collect();
    assert!(
        rounds.len() == 2 && rounds[0] == rounds[1] && (Some(2)..Some(200)).contains(&rounds[0]),
        "{rounds:?}"
    );
    assert!(fs::read_to_string(place.report.join("index.html")).expect("a page").contains("callbacks"));
}

fn a_signal_before_the_first_round_leaves_everything_as_it_was() {
    let place = Place::new();
    fs::write(&place.json, OLD).expect("a file");
    let words = "--bench --styles floor --in-flight 1 --delay-ms 1000 --count 100 --rounds 2";
    let mut bench = place.start("load", words);
    let start = Instant::now();
    while !place.report.exists() {
        assert!(start.elapsed() < LONG, "it does not start");
        thread::sleep(Duration::from_millis(10));
    }
    let group = group(&bench);
    killpg(group, Signal::SIGTERM).expect("it runs");
    let status = end(&mut bench);
    assert_eq!(status.code(), Some(143), "{status}");
    assert_ended(group);
    assert_eq!(fs::read_to_string(&place.json).expect("the file"), OLD);
    assert_eq!(fs::read_dir(place.folder.path()).expect("a folder").count(), 2, "the file and the folder");
    assert!(!place.report.join("index.html").exists());
}

fn parts_that_have_ended_are_written_at_once() {
    let place = Place::new();
    fs::write(&place.json, OLD).expect("a file");
    let words = format!("{SHORT} --rounds 2 --closed --open --rate 1");
    let mut bench = place.start("load", &words);
    let start = Instant::now();
    while fs::read_to_string(&place.json).expect("the file") == OLD {
        assert!(start.elapsed() < LONG, "no part ends");
        assert!(bench.try_wait().expect("its state").is_none(), "the run ends before its first part");
        thread::sleep(Duration::from_millis(10));
    }
    killpg(group(&bench), Signal::SIGKILL).expect("it runs");
    end(&mut bench);
    let lines = fs::read_to_string(&place.json).expect("the file");
    assert_eq!(cells(&lines).len(), 2, "{lines}");
}

fn a_closed_pipe_loses_nothing() {
    let place = Place::new();
    let mut bench = place.start("load", &format!("{SHORT} --rounds 2"));
    drop((bench.stdout.take(), bench.stderr.take()));
    let status = end(&mut bench);
    assert!(status.success(), "{status}");
    assert_eq!(cells(&fs::read_to_string(&place.json).expect("the file")).len(), 2);
    for (bench, words) in [("load", "--list"), ("pitfalls", "--list"), ("load", "--help")] {
        let mut bench = place.start(bench, words);
        drop(bench.stdout.take());
        let status = end(&mut bench);
        let mut complaints = String::new();
        bench.stderr.take().expect("stderr is piped").read_to_string(&mut complaints).expect("text");
        assert!(status.success() && complaints.is_empty(), "{words}: {status} {complaints}");
    }
}

fn a_path_that_cannot_be_written_is_reported_before_measuring() {
    let place = Place::new();
    fs::write(&place.json, OLD).expect("a file");
    let within = place.json.join("within");
    // A run of this length would not end in time.
    let long = "--bench --styles floor --in-flight 1 --delay-ms 1000 --count 1000";
    for (bench, words) in [("load", long), ("pitfalls", "--bench one-by-one")] {
        for option in ["--json", "--report"] {
            let path = [OsString::from(option), within.clone().into()];
            let (status, error) = run(bench, words.split(' ').map(OsString::from).chain(path));
            let why = format!("error: cannot write {}", within.display());
            assert!(!status.success() && error.starts_with(&why) && error.lines().count() == 1, "{error}");
        }
    }
    assert_eq!(fs::read_to_string(&place.json).expect("the file"), OLD);
}

fn arguments_that_are_not_utf_8_are_refused() {
    for bench in ["load", "pitfalls"] {
        let (status, error) = run(bench, [OsString::from_vec(vec![b'a', 0xFF])]);
        assert!(status.code() == Some(2) && error.starts_with("error: invalid UTF-8"), "{status} {error}");
    }
}

fn ignored_tests_are_none() {
    for bench in ["load", "pitfalls"] {
        let output = command(bench).args(["--list", "--ignored"]).output().expect("it runs");
        assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    }
}

/// Where a run writes.
struct Place {
    folder: TempDir,
    json: PathBuf,
    report: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let (json, report) = (path("load.jsonl"), path("report"));
        Self { folder, json, report }
    }

    /// Starts the bench in its own process group, as a shell does.
    fn start(&self, bench: &str, words: &str) -> Child {
        let option = |name: &str, path: &Path| [OsStr::new(name), path.as_os_str()].map(OsStr::to_owned);
        let mut command = command(bench);
        command
            .args(words.split(' '))
            .args(option("--json", &self.json))
            .args(option("--report", &self.report));
        command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs")
    }
}

fn command(bench: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("this program is somewhere"));
    command.env(AS, bench);
    command
}

/// Runs the bench to its end; returns its status and its complaints.
fn run(bench: &str, arguments: impl IntoIterator<Item = OsString>) -> (ExitStatus, String) {
    let mut bench =
        command(bench).args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
    let status = end(&mut bench);
    let complaints = io::read_to_string(bench.stderr.take().expect("stderr is piped")).expect("text");
    (status, complaints)
}

fn group(bench: &Child) -> Pid {
    Pid::from_raw(i32::try_from(bench.id()).expect("a process id"))
}

/// Waits for the end of a process; one that takes too long is killed.
fn end(bench: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = bench.try_wait().expect("its state") {
            return status;
        }
        if start.elapsed() > LONG {
            bench.kill().expect("it can be killed");
            panic!("the bench does not end");
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// No process of the group is left: neither servers nor workers outlive the bench.
fn assert_ended(group: Pid) {
    let start = Instant::now();
    while killpg(group, None) != Err(Errno::ESRCH) {
        assert!(start.elapsed() < LONG, "a child is still there");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The cells of a file of results, below its first line.
fn cells(lines: &str) -> Vec<Value> {
    let lines = lines.lines().skip(1).map(|line| serde_json::from_str(line).expect("JSON"));
    lines.filter(|line: &Value| line["mode"] != "decision").collect()
}
