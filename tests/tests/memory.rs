//! A server's mere claim costs no memory. This is a separate process, because the kernel keeps the peak of a process.

#![cfg(target_os = "linux")]

use std::fs;
use std::time::Duration;

use photo_server::Fault;
use photo_tests::{Outcome, Site, Style, within};

/// Most memory, far less than the claimed 2 GiB.
const MOST_KIB: u64 = 64 << 10;

#[test]
fn a_claimed_length_takes_no_memory() {
    within(|| {
        let site = Site::start();
        for style in Style::HELD_EQUAL {
            let client = site.client_with(style, |config| {
                config.max_bytes(u64::MAX).stall_timeout(Duration::from_millis(300))
            });
            client.download(&site.url("/photo")).unwrap();
            let before = most_kib_so_far();
            Outcome::Truncated.assert_of(&client.download(&site.fault(Fault::LengthTooLong, "")));
            Outcome::Timeout(photo::Phase::Body)
                .assert_of(&client.download(&site.fault(Fault::LengthTooLongStall, "")));
            let grown = most_kib_so_far() - before;
            assert!(grown < MOST_KIB, "{style} took {grown} KiB");
        }
    });
}

/// The peak memory of this process.
fn most_kib_so_far() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).or_else(|| {
        // Not every kernel keeps the peak; the present memory is the next best.
        status.lines().find(|line| line.starts_with("VmRSS:"))
    });
    line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kib| kib.parse().ok()).unwrap()
}
