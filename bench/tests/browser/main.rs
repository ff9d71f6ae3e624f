//! The report in a real browser, where there is one: made from the newest recorded run, and looked at by `look.js`.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use photo_bench::output::{markdown, report};
use photo_bench::record::run::Run;

const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

const FLAGS: [&str; 12] = [
    "--headless",
    // Root, the user of builds in containers, gets no sandbox.
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    // Prints the page when it has nothing more to do.
    "--virtual-time-budget=60000",
    "--dump-dom",
];

#[test]
fn the_report_is_shown_well_and_asks_for_nothing() {
    assert_eq!(complaints("screens").unwrap_or_default(), "");
}

#[test]
fn the_answer_and_its_figures_are_on_the_first_screen() {
    assert_eq!(complaints("first_screen").unwrap_or_default(), "");
}

#[test]
fn the_filter_hides_a_style_everywhere_and_shows_it_again() {
    assert_eq!(complaints("filter").unwrap_or_default(), "");
}

#[test]
fn the_policy_of_the_page_keeps_requests_in() {
    let Some(complaints) = complaints("policy") else { return };
    assert!(complaints.contains("Content Security Policy"), "{complaints}");
}

/// Has the browser look at the report in this way; returns its complaints about the page. The test fails if something is
/// found to be wrong. `None` where there is no browser.
#[track_caller]
fn complaints(look: &str) -> Option<String> {
    let Some(program) = PROGRAMS.into_iter().find(|program| runs(program)) else {
        // `println!` of a passing test is not shown.
        writeln!(io::stderr(), "skipped: Chromium is not installed").ok();
        return None;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let run = markdown::newest(&Path::new(env!("CARGO_MANIFEST_DIR")).join("results"), "load");
    let run = Run::read(&run.expect("a recorded run")).expect("it can be read");
    let report = report::write(folder.path(), &[run]).expect("the report can be made");
    let report = fs::read_to_string(report).expect("a page");
    // A string of JSON is one of JavaScript; a slash must not end the script.
    let report = serde_json::json!(report).to_string().replace("</", "<\\/");
    let script = format!("const look = '{look}', report = {report};\n{}", include_str!("look.js"));
    let page = folder.path().join("look.html");
    fs::write(&page, format!("<!DOCTYPE html><meta charset=\"utf-8\"><body><script>{script}</script>"))
        .expect("a file");

    // A browser that hangs is ended.
    let mut command = Command::new("timeout");
    command.args(["300", program]);
    command.args(FLAGS).arg(format!("--user-data-dir={}", folder.path().join("profile").display())).arg(page);
    let output = command.output().expect("the browser runs");
    let [dom, log] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    let found =
        dom.rsplit_once("<pre id=\"found\">").map(|(_, rest)| rest.split("</pre>").next().unwrap_or(rest));
    let complaints: String = log.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert_eq!(found, Some("nothing"), "{look}: {complaints}");
    Some(complaints)
}

fn runs(program: &str) -> bool {
    let version = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}
