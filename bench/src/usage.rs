//! What a process uses: CPU time, memory, threads.

use std::fs;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// CPU time of this process so far, user and system, of all its threads.
pub(crate) fn cpu_time() -> Duration {
    getrusage(UsageWho::RUSAGE_SELF)
        .map_or(Duration::ZERO, |usage| duration(usage.user_time()) + duration(usage.system_time()))
}

/// The lines of `/proc/PID/status` that matter here. Elsewhere than on Linux there is no such file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// Resident memory, in KiB.
    pub(crate) resident_kib: u64,
    /// The most it ever was, in KiB.
    pub(crate) peak_kib: u64,
    pub(crate) threads: u64,
}

impl Status {
    pub(crate) fn of_this_process() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/self/status").ok()?)
    }

    pub(crate) fn of(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let number = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            value.split_whitespace().next()?.parse().ok()
        };
        Some(Self { resident_kib: number("VmRSS")?, peak_kib: number("VmHWM")?, threads: number("Threads")? })
    }
}

fn duration(time: TimeVal) -> Duration {
    let secs = u64::try_from(time.tv_sec()).unwrap_or(0);
    Duration::from_secs(secs) + Duration::from_micros(u64::try_from(time.tv_usec()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_is_read_by_name() {
        let text = "Name:\tload\nVmPeak:\t 9 kB\nVmHWM:\t 5000 kB\nVmRSS:\t 4000 kB\nThreads:\t17\n";
        let status = Status { resident_kib: 4000, peak_kib: 5000, threads: 17 };
        assert_eq!(Status::parse(text), Some(status));
        assert_eq!(Status::parse("Name:\tload\n"), None);
    }

    #[test]
    fn work_costs_cpu_time() {
        let before = cpu_time();
        while cpu_time() < before + Duration::from_millis(5) {}
        assert!(cpu_time() > before);
    }
}
