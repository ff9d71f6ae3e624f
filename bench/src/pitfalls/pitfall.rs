//! The type of a pitfall.

use photo_tests::Style;

use super::fixture::Fixture;
use crate::record::pitfall::Metric;

/// A mistake, and how to see what it costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pitfall {
    pub(crate) name: &'static str,
    /// The file that shows both ways, in the folder of this one.
    pub(crate) file: &'static str,
    /// The consequence, in a line.
    pub(crate) why: &'static str,
    /// The recipe that does it right, the same file in each style crate.
    pub(crate) recipe: &'static str,
    pub(crate) hurts: Metric,
    pub(crate) work: Work,
    pub(crate) styles: &'static [(Style, Variants)],
}

/// The work of both ways.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    /// Path and query of the photo.
    pub(crate) photo: &'static str,
    /// The number of downloads.
    pub(crate) count: usize,
    /// The number of bystanders at once.
    pub(crate) others: usize,
    pub(crate) tls: bool,
    /// The server resets connections beyond so many.
    pub(crate) max_connections: Option<usize>,
}

impl Work {
    /// Work of `count` downloads of this photo by http from a patient server, without bystanders.
    pub(super) const fn of(photo: &'static str, count: usize) -> Self {
        Self { photo, count, others: 0, tls: false, max_connections: None }
    }
}

/// Both ways in one style. Each returns when its downloads have ended.
#[derive(Debug)]
pub(crate) struct Variants {
    pub(crate) right: fn(&Fixture),
    pub(crate) wrong: fn(&Fixture),
}

/// Both ways, driven by a method of the fixture.
macro_rules! both {
    ($drive:ident, $right:ident, $wrong:ident) => {
        $crate::pitfalls::pitfall::Variants {
            right: |fixture| fixture.$drive($right),
            wrong: |fixture| fixture.$drive($wrong),
        }
    };
}

pub(super) use both;
