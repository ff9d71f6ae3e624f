//! The limits of the system on a process.

use std::fs;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Files that a process needs besides its connections.
const OTHER_FILES: u64 = 64;

/// Threads of the machine besides ours.
const OTHER_THREADS: u64 = 512;

/// Most connections from one address to one port: the ports that the system assigns by itself.
const MOST_CONNECTIONS: u64 = 28_000;

/// Most workers, each with its own server, that are at work at the same time: all of them are on the same address,
/// and share its ports.
pub(crate) const MOST_PROCESSES: usize = 4;

/// Raises the soft limit of open files to the hard one, which needs no privilege.
pub(crate) fn raise_open_files() {
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        // Some systems call their hard limit infinite, and refuse it.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

/// Fails with the limit that forbids this process so many connections and threads.
pub(crate) fn check(connections: u64, threads: u64) -> Result<(), String> {
    let files = getrlimit(Resource::RLIMIT_NOFILE).map_or(u64::MAX, |(soft, _)| soft);
    check_against(connections + OTHER_FILES, "open files", [("RLIMIT_NOFILE", Some(files))])?;
    if threads > 1 {
        // A thread is four mappings: its stack, its signal stack, and a guard page for each. Beyond the limit the
        // standard library aborts the process.
        let mappings = number("/proc/sys/vm/max_map_count").map(|maps| maps / 4);
        check_against(threads + OTHER_THREADS, "threads", [("vm.max_map_count", mappings)])?;
    }
    check_all(0, threads)
}

/// Fails with the limit that forbids all processes together so many connections and threads.
pub(crate) fn check_all(connections: usize, threads: u64) -> Result<(), String> {
    let most = MOST_PROCESSES * most_connections();
    if connections > most {
        return Err(format!("needs {connections} connections, {MOST_PROCESSES} processes can have {most}"));
    }
    if threads <= 1 {
        return Ok(());
    }
    let group = fs::read_to_string("/proc/self/cgroup").ok();
    let group = group.as_deref().and_then(|text| text.lines().find_map(|line| line.strip_prefix("0::")));
    let limits = [
        #[cfg(target_os = "linux")]
        ("RLIMIT_NPROC", getrlimit(Resource::RLIMIT_NPROC).map(|(soft, _)| soft).ok()),
        ("kernel.threads-max", number("/proc/sys/kernel/threads-max")),
        ("kernel.pid_max", number("/proc/sys/kernel/pid_max")),
        ("pids.max", group.and_then(|group| number(&format!("/sys/fs/cgroup{group}/pids.max")))),
    ];
    check_against(threads + OTHER_THREADS, "threads", limits)
}

/// The most connections that this process, and a server like it, can have.
pub(crate) fn most_connections() -> usize {
    let files = getrlimit(Resource::RLIMIT_NOFILE).map_or(MOST_CONNECTIONS, |(_, hard)| hard);
    usize::try_from(files.saturating_sub(OTHER_FILES).clamp(1, MOST_CONNECTIONS)).unwrap_or(1)
}

fn check_against(
    needed: u64,
    what: &str,
    limits: impl IntoIterator<Item = (&'static str, Option<u64>)>,
) -> Result<(), String> {
    let known = limits.into_iter().filter_map(|(name, limit)| Some((name, limit?)));
    match known.min_by_key(|(_, limit)| *limit) {
        Some((name, limit)) if needed > limit => Err(format!("needs {needed} {what}, {name} allows {limit}")),
        _ => Ok(()),
    }
}

fn number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_limit_is_the_one_named() {
        let limits = [("a", Some(100)), ("b", Some(50)), ("c", None)];
        assert_eq!(check_against(50, "threads", limits), Ok(()));
        let refusal = check_against(51, "threads", limits).unwrap_err();
        assert_eq!(refusal, "needs 51 threads, b allows 50");
    }

    #[test]
    fn no_machine_has_files_without_end() {
        assert!(check(1, 1).is_ok());
        if getrlimit(Resource::RLIMIT_NOFILE).is_ok_and(|(soft, _)| soft < 1 << 40) {
            assert!(check(1 << 40, 1).unwrap_err().contains("open files"));
        }
    }
}
