//! Sets of processor cores, and how a process stays on one.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

#[cfg(target_os = "linux")]
use nix::sched::{self, sched_getaffinity, sched_setaffinity};
#[cfg(target_os = "linux")]
use nix::unistd::Pid;

#[cfg(target_os = "linux")]
const THIS_THREAD: Pid = Pid::from_raw(0);

/// More than any machine has.
const MOST_CORES: usize = 1 << 16;

/// Some cores, by their numbers. None at all means wherever the system likes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CpuSet(pub(super) Vec<usize>);

impl CpuSet {
    /// The cores that this process may use; empty if the system does not report them.
    pub(crate) fn allowed() -> Self {
        #[cfg(target_os = "linux")]
        if let Ok(set) = sched_getaffinity(THIS_THREAD) {
            return Self(
                (0..sched::CpuSet::count()).filter(|core| set.is_set(*core).unwrap_or(false)).collect(),
            );
        }
        Self::default()
    }

    /// The first of the cores, so many.
    pub(crate) fn first(&self, count: usize) -> Self {
        Self(self.0.iter().take(count).copied().collect())
    }

    /// The numbers of the cores.
    pub(crate) fn cores(&self) -> impl Iterator<Item = usize> {
        self.0.iter().copied()
    }

    /// Keeps this thread, and all that it will start, on these cores. Where the system refuses, the figures are
    /// noisier, but still figures.
    pub(crate) fn pin_this_process(&self) {
        #[cfg(target_os = "linux")]
        if !self.0.is_empty() {
            let mut set = sched::CpuSet::new();
            if self.0.iter().all(|core| set.set(*core).is_ok()) {
                let _ = sched_setaffinity(THIS_THREAD, &set);
            }
        }
    }
}

impl fmt::Display for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<_> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&numbers.join(","))
    }
}

/// Numbers and ranges, as in `0-3,8`; nothing is no core.
impl FromStr for CpuSet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut cores = BTreeSet::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let number = |text: &str| match text.parse::<usize>() {
                Ok(core) if core < MOST_CORES => Ok(core),
                _ => Err(format!("{part:?} is no core and no range of cores")),
            };
            cores.extend(number(first)?..=number(last)?);
        }
        Ok(Self(cores.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_survive_being_an_argument() {
        for cores in [CpuSet::default(), CpuSet(vec![3]), CpuSet(vec![0, 1, 12])] {
            assert_eq!(cores.to_string().parse(), Ok(cores));
        }
        assert_eq!("0-2,7".parse(), Ok(CpuSet(vec![0, 1, 2, 7])));
        assert_eq!("2,0-2,".parse(), Ok(CpuSet(vec![0, 1, 2])));
        for bad in ["0,x", "-1", "1-", "0-99999999999"] {
            assert!(bad.parse::<CpuSet>().unwrap_err().contains("no range of cores"), "{bad}");
        }
    }
}
