//! The examples `gallery`: every photo is saved, and Ctrl-C stops them within a moment and with a report of every URL.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{self, Child, Command, ExitCode, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use photo_server::Fault;
use photo_tests::{Site, eventually, suite, takes, this_program};
use tempfile::TempDir;

suite! { once:
    every_photo_is_saved_and_every_failure_is_reported,
    ctrl_c_stops_downloads_and_pauses_and_every_url_is_reported,
}

#[expect(dead_code, reason = "its `main` is for users of the example")]
#[path = "../../blocking/examples/gallery.rs"]
mod blocking;

#[expect(dead_code, reason = "its `main` is for users of the example")]
#[path = "../../callbacks/examples/gallery.rs"]
mod callbacks;

#[expect(dead_code, reason = "its `main` is for users of the example")]
#[path = "../../futures-impl/examples/gallery.rs"]
mod futures;

const STYLES: [&str; 3] = ["blocking", "callbacks", "futures"];

/// The variable with the style, the folder and the URLs for the child.
const VARIABLE: &str = "PHOTO_TESTS_GALLERY";

fn start(style: &str, folder: &Path, urls: &[String]) -> Child {
    Command::new(this_program())
        .args(["gallery", "--exact", "--ignored", "--nocapture"])
        .env(VARIABLE, format!("{style} {} {}", folder.display(), urls.join(" ")))
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process can be started")
}

#[test]
#[ignore = "run by the other tests"]
fn gallery() {
    let arguments = std::env::var(VARIABLE).expect("run by another test");
    let arguments: Vec<_> = arguments.split(' ').map(str::to_owned).collect();
    let mut arguments = arguments.into_iter();
    let run = match &*arguments.next().unwrap() {
        "blocking" => blocking::run,
        "callbacks" => callbacks::run,
        "futures" => futures::run,
        style => panic!("no style is called {style}"),
    };
    let code = run(arguments.map(Into::into)).expect("it can be started");
    process::exit(i32::from(code != ExitCode::SUCCESS));
}

/// The reports that the child has printed, by URL, and the number of photos that it reports as saved.
fn end(child: Child, urls: &[String]) -> (Vec<String>, usize) {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let report = |url: &String| {
        let of_url = |line: &&str| line.starts_with(url) && line[url.len()..].starts_with([':', ',']);
        let reports: Vec<_> = text.lines().filter(of_url).collect();
        assert_eq!(reports.len(), 1, "{url} in\n{text}");
        reports[0].to_owned()
    };
    let of_all = format!(" of {} photos are in ", urls.len());
    let saved = text.lines().find_map(|line| line.split_once(&of_all)).expect("the last line").0;
    let saved = saved.parse().unwrap();
    assert_eq!(output.status.code(), Some(i32::from(saved < urls.len())), "{text}");
    (urls.iter().map(report).collect(), saved)
}

fn photos(site: &Site, count: usize) -> Vec<String> {
    (0..count).map(|i| site.url(&format!("/photo/{i}.jpg?bytes=3000&seed={i}&n={i}."))).collect()
}

fn every_photo_is_saved_and_every_failure_is_reported() {
    for style in STYLES {
        let (site, folder) = (Site::start(), TempDir::new().unwrap());
        let mut urls = photos(&site, 20);
        assert_eq!(end(start(style, folder.path(), &urls), &urls).1, 20, "{style}");
        urls[5] = site.url("/nowhere");
        urls[6] = site.fault(Fault::Flaky, "fail=2&as=status&code=503");
        urls[7] = site.fault(Fault::Flaky, "fail=9&as=status&code=503");
        let folder = folder.path().join("other");
        let (reports, saved) = end(start(style, &folder, &urls), &urls);
        assert!(reports[5].contains(": ") && reports[5].contains("404"), "{style}: {}", reports[5]);
        let after = format!("{}, after 5 attempts: the server replied with status 503", urls[7]);
        assert_eq!(reports[7], after, "{style}");
        assert_eq!((saved, fs::read_dir(&folder).unwrap().count()), (18, 18), "{style}");
        assert!(site.counters().max_open_requests <= 8, "{style}");
    }
}

fn ctrl_c_stops_downloads_and_pauses_and_every_url_is_reported() {
    for style in STYLES {
        let (site, folder) = (Site::start(), TempDir::new().unwrap());
        let mut urls = photos(&site, 20);
        for (i, url) in urls.iter_mut().enumerate().skip(4) {
            *url = site.fault(Fault::StallInBody, &format!("n={i}."));
        }
        // Another download pauses: it is tried again after 10 s. So are the silent ones, if this takes so long.
        urls[4] = site.url("/fault/status?code=503&retry_after=10");
        let child = start(style, folder.path(), &urls);
        let begun = || {
            let counters = site.counters();
            counters.open_requests == 7 && counters.requests >= 12
        };
        eventually("all but the one that pauses wait for a silent server", begun);
        eventually("four are saved", || fs::read_dir(&folder).unwrap().count() == 4);
        let (reports, saved) = takes(..Duration::from_secs(8), || {
            kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
            end(child, &urls)
        });
        let cancelled = reports.iter().filter(|report| report.ends_with(": cancelled")).count();
        assert_eq!((saved, cancelled), (4, 16), "{style}: {reports:#?}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 4, "{style}");
        let asked_for = BTreeSet::from_iter(site.request_heads());
        assert_eq!(asked_for.len(), 12, "{style}: no download starts afterwards");
        eventually("all connections are closed", || site.counters().open_connections == 0);
    }
}
