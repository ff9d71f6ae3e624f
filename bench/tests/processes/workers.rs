//! Workers in other languages: they do the same work, or an error names them.

use std::process::Command;
use std::time::{Duration, Instant};

use super::{json_with, run};

/// A small load, equal for every worker.
const LOAD: &str = "--bench --styles tokio --in-flight 4 --delay-ms 1 --count 200 --bytes 2000";

/// The bench waits 30 s for a worker to start, and kills it then. The workers here would sleep for 10 minutes.
const BOUND: Duration = Duration::from_mins(9);

pub(crate) fn all() {
    if runs("python3", "import sys; sys.exit(sys.version_info < (3, 9))", "-c") {
        a_worker_in_python_takes_part();
    } else {
        eprintln!("skipped: Python 3.9 or later is not on the path");
    }
    if runs("node", "process.exit(process.versions.node.split('.')[0] < 20 ? 1 : 0)", "-e") {
        both_workers_in_node_take_part();
    } else {
        eprintln!("skipped: Node 20 or later is not on the path");
    }
    a_worker_that_misbehaves_is_named_with_the_reason();
}

fn a_worker_in_python_takes_part() {
    let worker = concat!("--worker=python=python3 '", env!("CARGO_MANIFEST_DIR"), "/peers/python/worker.py'");
    takes_part(&["tokio", "python"], &[worker]);
}

fn both_workers_in_node_take_part() {
    takes_part(&["tokio", "node-callbacks", "node-await"], &["--styles=node-callbacks,node-await"]);
}

/// Runs with `more` options; all of `names` have figures.
fn takes_part(names: &[&str], more: &[&str]) {
    let cells = json_with(LOAD, more);
    let found: Vec<_> = cells.iter().filter_map(|cell| cell["style"].as_str()).collect();
    assert_eq!(found, names);
    for cell in cells {
        assert!(cell.get("failed").is_none() && cell["errors"] == 0, "{cell}");
        let positive = ["cpu_us_per_download", "p50_us", "in_flight_mean", "voluntary_switches_per_download"];
        assert!(positive.iter().all(|figure| cell[figure].as_f64() > Some(0.0)), "{cell}");
        assert!(cell["p50_us"].as_f64() >= Some(500.0), "faster than the server: {cell}");
        assert!(cell["threads_max"].is_number(), "{cell}");
    }
}

fn a_worker_that_misbehaves_is_named_with_the_reason() {
    let long = r#"{"report":{"bytes":1,"errors":0,"first_error":null,"wall_s":1e9,"latencies_us":[]}}"#;
    let lies = format!(
        r#"echo '"ready"'; read a; echo '{{"warm":1}}'; read a; echo '"done"'; read a; echo '{long}'"#
    );
    for (script, why) in [
        ("echo hello", r#"the worker printed "hello" instead of "ready""#),
        ("echo 'no such module' >&2; exit 3", "no such module (exit status: 3)"),
        (r#"echo '"ready"'; read a; echo '"done"'; sleep 600"#, "instead of \"warm\""),
        (r#"echo '"ready"'; read a; echo '{"failed":"no luck"}'"#, "no luck"),
        (&lies, "0 latencies and 0 errors of"),
        ("exec sleep 600", "no answer within 30 s"),
    ] {
        let started = Instant::now();
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), script).expect("it can be written");
        let worker = format!("--worker=bad-one=sh {}", file.path().display());
        let printed = run(&format!("{LOAD} --rounds 1"), &[&worker]);
        let row = printed.lines().find(|line| line.contains("bad-one: not measured: "));
        assert!(row.is_some_and(|row| row.contains(why)), "{script}: {printed}");
        assert!(started.elapsed() < BOUND, "{script}: {:?}", started.elapsed());
    }
}

/// Whether a program runs this script, given by this option, without an error.
fn runs(program: &str, script: &str, option: &str) -> bool {
    Command::new(program).args([option, script]).output().is_ok_and(|output| output.status.success())
}
