//! Runs that do not end as planned: nothing that was measured is lost.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use super::command;

/// Long enough for a run to end that was asked to.
const PATIENCE: Duration = Duration::from_mins(10);

pub(crate) fn all() {
    a_signal_keeps_the_rounds_before_it(Signal::SIGINT, 130);
    a_signal_keeps_the_rounds_before_it(Signal::SIGTERM, 143);
    a_signal_before_the_first_round_keeps_the_former_results();
    a_closed_pipe_ends_nothing();
    a_path_that_cannot_be_written_is_refused_before_measuring();
    an_argument_that_is_not_text_is_refused();
}

/// Many rounds of one cell in a new folder; the run prints a line on its error output after each.
fn start(folder: &Path, words: &str) -> Child {
    let mut command = command("load", words);
    command.arg(format!("--json={}", folder.join("load.jsonl").display()));
    command.arg(format!("--report={}", folder.join("report").display()));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("this program can be run")
}

const LONG: &str = "--bench --styles callbacks,tokio --in-flight 2 --delay-ms 1 --count 20 --rounds 200";

fn a_signal_keeps_the_rounds_before_it(signal: Signal, code: i32) {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("load.jsonl"), "former").expect("a file");
    let mut run = start(folder.path(), LONG);
    let mut lines = BufReader::new(run.stderr.take().expect("it is piped")).lines();
    let round = lines.by_ref().map_while(Result::ok).find(|line| line.contains("round 2 of 200"));
    assert!(round.is_some(), "the second round has not ended");
    send(&run, signal);
    let said: Vec<_> = lines.map_while(Result::ok).collect();
    assert!(said.iter().any(|line| line.starts_with("interrupted: ")), "{said:?}");
    let printed = printed(&mut run);
    assert_eq!(ended(&mut run).code(), Some(code));

    assert_eq!(fs::read_to_string(folder.path().join("load.jsonl")).expect("the results"), "former");
    let results = fs::read_to_string(folder.path().join("load.jsonl.unfinished")).expect("the results");
    let cells = results.lines().filter(|line| line.contains(r#""mode":"closed""#));
    let rounds: Vec<_> = cells.map(|line| line.matches("wall_s").count() - 1).collect();
    assert!(rounds.len() == 2 && rounds[0] == rounds[1] && (2..200).contains(&rounds[0]), "{rounds:?}");
    assert!(printed.contains("callbacks") && printed.contains("report: "), "{printed}");
    assert!(folder.path().join("report/index.html").exists());
}

fn a_signal_before_the_first_round_keeps_the_former_results() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("load.jsonl");
    fs::write(&file, "former").expect("a file");
    // A round takes a minute.
    let mut run =
        start(folder.path(), "--bench --styles tokio --in-flight 1 --delay-ms 1000 --count 60 --rounds 1");
    while fs::read_dir(folder.path().join("report")).is_err() {
        assert!(run.try_wait().expect("it can be asked").is_none(), "it has ended");
    }
    std::thread::sleep(Duration::from_millis(500));
    send(&run, Signal::SIGINT);
    assert_eq!(ended(&mut run).code(), Some(130));
    assert!(!folder.path().join("report/index.html").exists());
    assert_eq!(fs::read_to_string(&file).expect("the results"), "former");
}

/// The pipe closes as in `cargo bench | head -1`.
fn a_closed_pipe_ends_nothing() {
    let folder = TempDir::new().expect("a folder");
    let mut run =
        start(folder.path(), "--bench --styles tokio --in-flight 2 --delay-ms 1 --count 20 --rounds 2");
    drop((run.stdout.take(), run.stderr.take()));
    assert!(ended(&mut run).success());
    let mut run =
        start(folder.path(), "--bench --styles tokio --in-flight 2 --delay-ms 1 --count 20 --rounds 2");
    drop(run.stdout.take());
    let mut said = String::new();
    run.stderr.take().expect("it is piped").read_to_string(&mut said).expect("text");
    assert!(ended(&mut run).success() && !said.contains("panicked"), "{said}");
    assert!(folder.path().join("load.jsonl").exists() && folder.path().join("report/index.html").exists());
}

fn a_path_that_cannot_be_written_is_refused_before_measuring() {
    for option in ["--json=/proc/load.jsonl", "--report=/proc/report"] {
        let path = option.split_once('=').expect("an option").1;
        let said = refusal(command("load", LONG).arg(option));
        assert!(said.starts_with(&format!("error: cannot write {path}: ")), "{said}");
    }
    let said = refusal(command("pitfalls", "--bench --quick one-by-one").arg("--json=/proc/x"));
    assert!(said.starts_with("error: cannot write /proc/x: "), "{said}");
}

fn an_argument_that_is_not_text_is_refused() {
    for bench in ["load", "pitfalls"] {
        let said = refusal(command(bench, "--bench").arg(OsStr::from_bytes(b"\xff")));
        assert!(said.starts_with("error: invalid UTF-8"), "{said}");
    }
}

fn refusal(command: &mut Command) -> String {
    let output = command.output().expect("this program can be run");
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn send(run: &Child, signal: Signal) {
    let id = Pid::from_raw(run.id().try_into().expect("an id is small"));
    kill(id, signal).expect("it runs");
}

fn printed(run: &mut Child) -> String {
    let mut printed = String::new();
    run.stdout.take().expect("it is piped").read_to_string(&mut printed).expect("text");
    printed
}

fn ended(run: &mut Child) -> std::process::ExitStatus {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = run.try_wait().expect("it can be asked") {
            return status;
        }
        assert!(Instant::now() < deadline, "it has not ended in {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
