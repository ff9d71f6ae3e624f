//! Downloads under fire: a server that misbehaves at random, and users who cancel, drop and panic at random. Every
//! download ends exactly once and in time, and nothing is left over at the end.
//!
//! Each style has its own process, so that leftovers can be counted. `FIRE_SECONDS` sets the duration (3), and
//! `FIRE_SEED` repeats the draws of a run, which prints its own:
//!
//! ```text
//! FIRE_SECONDS=300 cargo test -p photo-tests --test fire -- --nocapture
//! ```

#![cfg(target_os = "linux")]

mod burn;
mod deck;
mod ledger;
mod leftovers;

use std::thread;
use std::time::Duration;

use photo::Config;
use photo_tests::{Remote, Site, Style, in_a_child, within_time};

use burn::burn;
use leftovers::Leftovers;

/// Time for each style in addition to that under fire.
const ASIDE: Duration = Duration::from_mins(30);

#[test]
fn every_download_ends_once_and_in_time_and_leaves_nothing() {
    within_time(time() + 2 * ASIDE, || {
        let styles = Style::HELD_EQUAL
            .map(|style| thread::spawn(move || in_a_child("under_fire", style, &Site::start())));
        let ended = styles.map(thread::JoinHandle::join);
        assert!(ended.iter().all(Result::is_ok), "not every style has stood it");
    });
}

#[test]
#[ignore = "run by the other test, in a process for each style"]
fn under_fire() {
    let site = Remote::of_parent();
    let style = site.style;
    let seed = number_in("FIRE_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("{style}: FIRE_SEED={seed}");
    within_time(time() + ASIDE, move || {
        // After this, the lasting threads and memory of the runtimes exist.
        burn(&site, seed.wrapping_add(1), Duration::from_millis(700));
        let before = Leftovers::settled(&site);
        let ledger = burn(&site, seed, time());
        let after = Leftovers::no_more_than(&before, &site);
        println!("{style}: {}\n{style}: {before}; then {after}", ledger.summary());
        ledger.assert_all_ended_once_and_in_time();
        after.assert_no_more_than(&before);
    });
}

/// The time that each style is under fire.
fn time() -> Duration {
    Duration::from_secs(number_in("FIRE_SECONDS").unwrap_or(3))
}

/// The limit of a whole download.
const TIMEOUT: Duration = Duration::from_millis(1200);

/// Each of these limits ends some of the downloads.
fn limits(site: &Remote) -> Config {
    site.config()
        .timeout(TIMEOUT)
        .connect_timeout(Duration::from_millis(400))
        .stall_timeout(Duration::from_millis(200))
        .max_bytes(256 << 10)
        .max_redirects(3)
        .max_idle_per_host(8)
}

fn number_in(name: &str) -> Option<u64> {
    Some(std::env::var(name).ok()?.parse().expect("a number"))
}
