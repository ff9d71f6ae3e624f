//! The pitfalls: tempting mistakes, each beside the right way, as code to read and to run.
//!
//! One file for each: what tempts, what happens, what to do; then `right` and `wrong` of each style in which the mistake
//! is natural. Both do the same work, but for the photos that a mistake itself loses.
//! [`damage`](crate::damage) measures them.

mod blocking_in_async;
mod cpu_on_the_loop;
mod executor_run;
mod new_client;
mod one_by_one;
mod others;
mod scene;
mod slow_consumer;
mod unbounded;

use photo_tests::Contender;

pub(crate) use scene::{Scene, Score};

/// All of them, in the order of the table.
pub(crate) const ALL: [Pitfall; 8] = [
    cpu_on_the_loop::PITFALL,
    blocking_in_async::PITFALL,
    slow_consumer::PITFALL,
    one_by_one::PITFALL,
    new_client::PITFALL,
    new_client::WITH_TLS,
    unbounded::PITFALL,
    executor_run::PITFALL,
];

/// A mistake, and how to see what it costs.
#[derive(Debug)]
pub(crate) struct Pitfall {
    pub(crate) name: &'static str,
    /// The file that shows both ways, in the folder of this one.
    pub(crate) file: &'static str,
    /// What happens, in a line.
    pub(crate) why: &'static str,
    /// The recipe that does it right, the same file in each style crate.
    pub(crate) recipe: &'static str,
    pub(crate) hurts: Hurts,
    pub(crate) work: Work,
    pub(crate) styles: &'static [(Contender, Ways)],
}

/// Which figure shows the damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hurts {
    /// How long the slowest hundredth of the innocent downloads takes at least: of those beside, or of all where there
    /// are none.
    P99,
    /// How long it takes in all.
    Time,
    /// How many photos come.
    Photos,
}

/// What both ways have to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    /// Path and query of the photo.
    pub(crate) photo: &'static str,
    /// How many of it.
    pub(crate) count: usize,
    /// How many innocent downloads go on beside.
    pub(crate) others: usize,
    pub(crate) tls: bool,
    /// The server resets connections beyond so many.
    pub(crate) max_connections: Option<usize>,
}

impl Work {
    /// So many of this photo by http from a patient server, and nothing beside.
    const fn of(photo: &'static str, count: usize) -> Self {
        Self { photo, count, others: 0, tls: false, max_connections: None }
    }
}

/// Both ways in one style. Each returns when all is done.
#[derive(Debug)]
pub(crate) struct Ways {
    pub(crate) right: fn(&Scene),
    pub(crate) wrong: fn(&Scene),
}
