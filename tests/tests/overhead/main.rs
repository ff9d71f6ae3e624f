//! The cost of a download in steady state, counted, not timed: allocations, and system calls if strace is installed.
//! The bounds are slightly above the measured counts, so that a test notices any change that makes every download more
//! expensive.

#![cfg(target_os = "linux")]

mod photo_alone;

use std::alloc::System;
use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use photo::{Error, Photo};
use photo_futures::runtime::{AsyncStd, Runtime, Smol, Tokio};
use photo_futures::{Client, Config};
use photo_tests::{Feed, Remote, Site, Style, Turn, in_a_child_by, is_installed, suite, this_program};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

suite! { once:
    a_download_allocates_little,
    a_download_makes_few_system_calls,
}

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Downloads at once: more than one, so that a download is not the only wait.
const IN_FLIGHT: usize = 8;

/// The variable with the number of downloads for the child.
const COUNT: &str = "PHOTO_TESTS_COUNT";

/// The bounds for one download of 32 KiB over a kept connection.
struct Bounds {
    allocations: f64,
    /// Calls of `sendto` and `recvfrom`, which move bytes or find none to move. At best one call sends the request and
    /// one reads the reply; blocking reads it in two pieces, because each of its many threads has a small buffer.
    transfers: f64,
    /// All system calls. If many events arrive together, they cost fewer calls; this bound is for events that arrive
    /// alone. Where threads wake each other, the number depends on the scheduler, and the bound is half as much again.
    calls: f64,
}

fn bounds(style: Style) -> Bounds {
    let (allocations, transfers, calls) = match style {
        Style::Blocking => (4.5, 4.5, 5.0),
        Style::Ureq => (56.0, 4.5, 15.0),
        Style::Callbacks => (7.5, 2.5, 3.0),
        Style::Tokio => (5.5, 3.5, 4.0),
        Style::TokioMulti => (5.5, 3.5, 9.0),
        Style::AsyncStd => (7.0, 5.5, 18.0),
        Style::Smol => (6.5, 3.5, 16.5),
    };
    Bounds { allocations, transfers, calls }
}

fn a_download_allocates_little() {
    let site = Site::start();
    for style in Style::ALL {
        let output = downloads(Command::new(this_program()), style, &site, 1000);
        let each = output.lines().find_map(|line| line.split_once("allocations: ")?.1.parse::<f64>().ok());
        let each = each.expect("the process says how many allocations") / 1000.0;
        println!("{style}: {each:.1} allocations for each download");
        assert!(each <= bounds(style).allocations, "{} are allowed", bounds(style).allocations);
    }
}

fn a_download_makes_few_system_calls() {
    if !is_installed("strace") {
        return;
    }
    let site = Site::start();
    let folder = tempfile::tempdir().unwrap();
    for style in Style::ALL {
        // Both runs share the start of the process and of its connections.
        let [few, many] = [100, 1100].map(|count| {
            let counts = folder.path().join(format!("{style}-{count}"));
            let mut strace = Command::new("strace");
            strace.args(["-f", "-qq", "-c", "-o"]).arg(&counts).arg(this_program());
            downloads(strace, style, &site, count);
            calls(&counts)
        });
        let each = |name: &str| (many.get(name).unwrap_or(&0.0) - few.get(name).unwrap_or(&0.0)) / 1000.0;
        let transfers = each("sendto") + each("recvfrom");
        let all: f64 = many.keys().map(|name| each(name)).sum();
        println!("{style}: {transfers:.2} transfers, {all:.2} system calls for each download");
        let bounds = bounds(style);
        assert!(transfers <= bounds.transfers, "{} are allowed: {many:?}", bounds.transfers);
        assert!(all <= bounds.calls, "{} are allowed: {many:?}", bounds.calls);
    }
}

#[test]
fn the_future_of_a_download_is_small() {
    fn size(runtime: impl Runtime) -> usize {
        let client = Client::new(runtime, Config::default()).unwrap();
        size_of_val(&client.download("http://example.com/"))
    }
    // A program with thousands of downloads in flight holds thousands of these.
    let sizes = [("tokio", size(Tokio), 400), ("smol", size(Smol), 424), ("async-std", size(AsyncStd), 376)];
    for (runtime, size, most) in sizes {
        println!("{runtime}: {size} bytes");
        assert!(size <= most, "{runtime}: {size} bytes, {most} allowed");
    }
}

/// Downloads in a child process, and returns its output.
fn downloads(mut command: Command, style: Style, site: &Site, count: usize) -> String {
    command.env(COUNT, count.to_string());
    in_a_child_by(command, "the_process_that_downloads", style, site)
}

/// The number of each system call, from strace's table.
fn calls(table: &Path) -> BTreeMap<String, f64> {
    let table = std::fs::read_to_string(table).unwrap();
    let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter_map(|row| match row[..] {
        // Per cent, seconds, microseconds, calls, perhaps errors, name.
        [_, _, _, calls, .., name] if name != "total" => Some((name.to_owned(), calls.parse().ok()?)),
        _ => None,
    })
    .collect()
}

#[test]
#[ignore = "run by the others, as a child process"]
fn the_process_that_downloads() {
    let site = Remote::of_parent();
    let count = env::var(COUNT).unwrap().parse().unwrap();
    let url = &site.url("/photo?bytes=32768&delay_ms=2");
    let client = site.style.client(site.config()).unwrap();
    // Each connection exists afterwards, because these downloads wait for each other.
    let together = &site.url(&format!("/photo?bytes=32768&delay_ms=20000&gather={IN_FLIGHT}"));
    client.drive(together, IN_FLIGHT, Arc::new(Count::new(4 * IN_FLIGHT)));
    let feed = Arc::new(Count::new(count));
    let region = Region::new(ALLOCATOR);
    client.drive(url, IN_FLIGHT, Arc::clone(&feed) as Arc<dyn Feed>);
    let change = region.change();
    assert_eq!(feed.photos.load(Relaxed), count);
    println!("allocations: {}", change.allocations + change.reallocations);
}

/// A number of downloads, and of those that succeeded.
struct Count {
    wanted: AtomicUsize,
    photos: AtomicUsize,
}

impl Count {
    fn new(wanted: usize) -> Self {
        Self { wanted: AtomicUsize::new(wanted), photos: AtomicUsize::new(0) }
    }
}

impl Feed for Count {
    fn next(&self) -> Option<Turn> {
        let left = self.wanted.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
        left.ok().map(Turn::now)
    }

    fn done(&self, _turn: &Turn, result: Result<Photo, Error>) {
        result.unwrap();
        self.photos.fetch_add(1, Relaxed);
    }
}
