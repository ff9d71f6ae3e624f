//! The allocations of `photo` for a download are equal in every style, by the call stacks that valgrind's DHAT
//! records.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use photo_tests::{Site, Style, is_installed, this_program, within_time};
use serde_json::Value;

use super::downloads;

/// Limit of the test: valgrind is slow, and each style runs twice.
const LIMIT: Duration = Duration::from_mins(30);

/// Downloads of the shorter and the longer run. The runs differ in these alone, not in the start of the process.
const FEW: usize = 40;
const MANY: usize = FEW + 100;

/// The number of allocations, and their total bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Allocated {
    count: u64,
    bytes: u64,
}

#[test]
fn photo_allocates_the_same_in_every_style() {
    if !is_installed("valgrind") {
        return;
    }
    within_time(LIMIT, || {
        let site = Site::start();
        let folder = tempfile::tempdir().unwrap();
        let mut found = BTreeMap::new();
        for style in Style::HELD_EQUAL {
            let [few, many] = [FEW, MANY].map(|count| {
                let stacks = folder.path().join(format!("{style}-{count}.json"));
                let mut valgrind = Command::new("valgrind");
                valgrind.args(["--tool=dhat", "--num-callers=60", "--fair-sched=try"]);
                valgrind.arg(format!("--dhat-out-file={}", stacks.display())).arg(this_program());
                downloads(valgrind, style, &site, count);
                by_photo(&stacks)
            });
            let more = Allocated { count: many.count - few.count, bytes: many.bytes - few.bytes };
            println!("{style}: photo makes {more} for {} downloads", MANY - FEW);
            found.insert(style.name(), more);
        }
        let first = found["blocking"];
        assert!(first.count >= (MANY - FEW) as u64, "there is at least a buffer for each photo: {first}");
        for allocated in found.values() {
            // The work of connections and threads may differ a little, that of a download may not.
            let difference = allocated.count.abs_diff(first.count);
            assert!(difference < (MANY - FEW) as u64 / 10, "{found:?}");
            // A body that is read in pieces has space for one more byte, in which a surplus shows.
            let difference = allocated.bytes.abs_diff(first.bytes);
            assert!(difference <= (MANY - FEW) as u64, "{found:?}");
        }
    });
}

/// The allocations whose innermost function of this workspace belongs to `photo`.
fn by_photo(stacks: &Path) -> Allocated {
    let stacks: Value = serde_json::from_slice(&std::fs::read(stacks).unwrap()).unwrap();
    let functions = stacks["ftbl"].as_array().unwrap();
    let mut by_photo = Allocated::default();
    for point in stacks["pps"].as_array().unwrap() {
        let mut frames = point["fs"].as_array().unwrap().iter().map(|frame| {
            let frame = functions[usize::try_from(frame.as_u64().unwrap()).unwrap()].as_str().unwrap();
            // The function comes after the address.
            frame.split_once(": ").map_or(frame, |(_, function)| function)
        });
        if frames.find(is_ours).is_some_and(is_photo) {
            by_photo.count += point["tbk"].as_u64().unwrap();
            by_photo.bytes += point["tb"].as_u64().unwrap();
        }
    }
    by_photo
}

fn is_ours(function: &&str) -> bool {
    function.trim_start_matches(['<', '&']).starts_with("photo")
}

fn is_photo(function: &str) -> bool {
    function.trim_start_matches(['<', '&']).starts_with("photo::")
}

impl fmt::Display for Allocated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} allocations of {} bytes", self.count, self.bytes)
    }
}
