//! The resources that a process uses: CPU time, memory, threads.

use std::fs;
use std::io;
#[cfg(target_os = "linux")]
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
#[cfg(target_os = "linux")]
use nix::time::ClockId;
#[cfg(target_os = "linux")]
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// The resources used by this process, all its threads together.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Usage {
    pub(crate) user_s: f64,
    pub(crate) system_s: f64,
    /// A thread gave its core away, because it had to wait.
    pub(crate) voluntary_switches: u64,
    /// A thread had its core taken away.
    pub(crate) involuntary_switches: u64,
}

impl Usage {
    pub(crate) fn so_far() -> Self {
        let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return Self::default() };
        let seconds = |time: TimeVal| time.num_microseconds() as f64 / 1e6;
        let count = |switches| u64::try_from(switches).unwrap_or(0);
        Self {
            user_s: seconds(usage.user_time()),
            system_s: seconds(usage.system_time()),
            voluntary_switches: count(usage.voluntary_context_switches()),
            involuntary_switches: count(usage.involuntary_context_switches()),
        }
    }

    /// The resources of another process, all its threads together; switches of ended threads are not counted.
    ///
    /// # Errors
    ///
    /// If there is no such process, or no way to ask for its CPU time.
    #[cfg(target_os = "linux")]
    pub(crate) fn of(pid: u32) -> io::Result<Self> {
        let clock = ClockId::pid_cpu_clock_id(Pid::from_raw(pid.cast_signed()))?;
        let cpu_s = Duration::from(clock.now()?).as_secs_f64();
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let user_s = cpu_s * user_share(&stat);
        let mut usage = Self { user_s, system_s: cpu_s - user_s, ..Self::default() };
        for thread in fs::read_dir(format!("/proc/{pid}/task"))?.flatten() {
            let status = fs::read_to_string(thread.path().join("status")).unwrap_or_default();
            usage.voluntary_switches += number(&status, "voluntary_ctxt_switches").unwrap_or(0);
            usage.involuntary_switches += number(&status, "nonvoluntary_ctxt_switches").unwrap_or(0);
        }
        Ok(usage)
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn of(_pid: u32) -> io::Result<Self> {
        Err(io::Error::other("the CPU time of another process can be read on Linux only"))
    }

    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            user_s: self.user_s - before.user_s,
            system_s: self.system_s - before.system_s,
            voluntary_switches: self.voluntary_switches.saturating_sub(before.voluntary_switches),
            involuntary_switches: self.involuntary_switches.saturating_sub(before.involuntary_switches),
        }
    }

    /// The sum of two processes.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            user_s: self.user_s + other.user_s,
            system_s: self.system_s + other.system_s,
            voluntary_switches: self.voluntary_switches + other.voluntary_switches,
            involuntary_switches: self.involuntary_switches + other.involuntary_switches,
        }
    }

    /// User and system time together: the system reports only their sum exactly.
    pub(crate) fn cpu_s(self) -> f64 {
        self.user_s + self.system_s
    }
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

    /// The memory that a process needed at its peak, above what it had when it was `idle`.
    pub(crate) fn growth_kib(idle: Option<Self>, peak: Option<Self>) -> Option<u64> {
        Some(peak?.peak_kib.saturating_sub(idle?.resident_kib))
    }

    fn parse(text: &str) -> Option<Self> {
        let number = |name| number(text, name);
        Some(Self { resident_kib: number("VmRSS")?, peak_kib: number("VmHWM")?, threads: number("Threads")? })
    }
}

/// The number after this name in a file like `/proc/PID/status`.
fn number(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    value.split_whitespace().next()?.parse().ok()
}

/// The share of a process's CPU time that is user time, from `/proc/PID/stat`.
#[cfg(target_os = "linux")]
fn user_share(stat: &str) -> f64 {
    // The name of the program may contain spaces and brackets.
    let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11);
    let mut ticks = || fields.next().and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0);
    let (user, system) = (ticks(), ticks());
    if user + system > 0.0 { user / (user + system) } else { 0.5 }
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
    #[cfg(target_os = "linux")]
    fn the_usage_of_a_process_is_the_same_from_outside() {
        let (before, outside) = (Usage::so_far(), Usage::of(std::process::id()).unwrap());
        let after = Usage::so_far();
        let cpu = [before, outside, after].map(Usage::cpu_s);
        // The kernel rounds one of the two to microseconds.
        assert!(cpu[0] <= cpu[1] + 1e-6 && cpu[1] <= cpu[2] + 1e-6, "{cpu:?}");
        assert!(Usage::of(u32::MAX / 4).is_err());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn user_time_is_found_behind_any_name() {
        assert!((user_share("7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 30 10 0 0") - 0.75).abs() < 1e-9);
    }
}
