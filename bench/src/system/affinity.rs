//! Which processor cores a process may run on.

use std::fmt;
use std::str::FromStr;

/// Some cores, by their numbers. None at all means wherever the system likes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CpuSet(Vec<usize>);

/// Who runs where.
#[derive(Clone, Debug, Default)]
pub(crate) struct CorePlacement {
    /// For the server and the watching process.
    pub(crate) server: CpuSet,
    /// For the contenders.
    pub(crate) client: CpuSet,
}

impl CorePlacement {
    /// Half of the cores that this process may use for each side, or no pinning where that cannot be.
    pub(crate) fn of_this_process() -> Self {
        let mut allowed = system::allowed();
        if allowed.len() < 2 {
            return Self::default();
        }
        let client = allowed.split_off(allowed.len() / 2);
        Self { server: CpuSet(allowed), client: CpuSet(client) }
    }

    /// Whether the two sides take no time from each other.
    pub(crate) fn is_apart(&self) -> bool {
        !self.server.0.is_empty()
    }
}

impl CpuSet {
    /// Keeps this thread, and all that it will start, on these cores. Where the system refuses, the figures are
    /// noisier, but still figures.
    pub(crate) fn pin_this_process(&self) {
        if !self.0.is_empty() {
            system::pin(&self.0);
        }
    }
}

impl fmt::Display for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<_> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&numbers.join(","))
    }
}

impl FromStr for CpuSet {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split(',').filter(|number| !number.is_empty());
        numbers.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;

    const THIS_THREAD: Pid = Pid::from_raw(0);

    pub(super) fn allowed() -> Vec<usize> {
        let Ok(set) = sched_getaffinity(THIS_THREAD) else { return Vec::new() };
        (0..CpuSet::count()).filter(|core| set.is_set(*core).unwrap_or(false)).collect()
    }

    pub(super) fn pin(cores: &[usize]) {
        let mut set = CpuSet::new();
        if cores.iter().all(|core| set.set(*core).is_ok()) {
            let _ = sched_setaffinity(THIS_THREAD, &set);
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod system {
    pub(super) fn allowed() -> Vec<usize> {
        Vec::new()
    }

    pub(super) fn pin(_cores: &[usize]) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_survive_being_an_argument() {
        for cores in [CpuSet::default(), CpuSet(vec![3]), CpuSet(vec![0, 1, 12])] {
            assert_eq!(cores.to_string().parse(), Ok(cores));
        }
        assert!("0,x".parse::<CpuSet>().is_err());
    }

    #[test]
    fn the_two_sides_share_no_core() {
        let CorePlacement { server, client } = CorePlacement::of_this_process();
        assert!(server.0.iter().all(|core| !client.0.contains(core)));
        assert_eq!(server.0.is_empty(), client.0.is_empty());
    }
}
