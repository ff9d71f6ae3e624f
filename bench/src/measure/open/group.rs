//! The load of an open loop.

use std::io;
use std::time::Duration;

use crate::clients::subject::Subject;
use crate::load::workload::{Source, Workload};

/// One load for several subjects: a table.
#[derive(Clone, Debug)]
pub(crate) struct OpenGroup {
    pub(crate) workload: Workload,
    pub(crate) target: Target,
    pub(crate) subjects: Vec<Subject>,
    /// The time for which each cell is measured.
    pub(super) time: Duration,
}

/// The requested rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// So many downloads per second, the same for all.
    PerS(u32),
    /// So many hundredths of what the style reached in the closed loop.
    Share(u32),
}

impl OpenGroup {
    pub(crate) fn id(&self, subject: Subject) -> String {
        format!("{}/{subject}", self.group_id())
    }

    pub(crate) fn group_id(&self) -> String {
        let Source::Embedded { delay_ms, .. } = self.workload.source else { return "open/url".into() };
        match self.target {
            Target::PerS(rate) => format!("open/{delay_ms}ms/{rate}-per-s"),
            Target::Share(percent) => format!("open/{delay_ms}ms/{percent}-percent"),
        }
    }

    /// Shows that the load can be put on, without having a closed loop measured before.
    pub(crate) fn smoke(&self) -> Workload {
        let per_s = if let Target::PerS(rate) = self.target { f64::from(rate) } else { 500.0 };
        self.workload.at(per_s, 1, self.time)
    }

    pub(super) fn paced(
        &self,
        seed: u64,
        reached: impl FnOnce(&Workload) -> io::Result<f64>,
    ) -> io::Result<Workload> {
        let per_s = match self.target {
            Target::PerS(rate) => f64::from(rate),
            Target::Share(percent) => reached(&self.workload)? * f64::from(percent) / 100.0,
        };
        Ok(self.workload.at(per_s, seed, self.time))
    }
}
