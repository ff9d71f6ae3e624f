//! The plan of a run: everything that the load bench measures.

use crate::clients::subject::Subject;
use crate::load::workload::{Mode, Workload};
use crate::measure::cost;
use crate::measure::groups;
use crate::measure::groups::Group;
use crate::measure::open;
use crate::measure::open::group::OpenGroup;
use crate::measure::scale;
use crate::measure::waits;
use crate::measure::waits::WaitsGroup;
use crate::options::Options;

/// The cells of each mode that the options ask for.
pub(crate) struct RunPlan {
    pub(crate) closed: Vec<Group>,
    pub(crate) open: Vec<OpenGroup>,
    pub(crate) cost: Vec<Subject>,
    pub(crate) cost_workload: Workload,
    pub(crate) waits: Vec<WaitsGroup>,
    pub(crate) scale: Vec<Group>,
}

impl RunPlan {
    pub(crate) fn new(options: &Options, client_cores: usize) -> Self {
        fn if_wanted<T>(wanted: bool, part: impl FnOnce() -> Vec<T>) -> Vec<T> {
            if wanted { part() } else { Vec::new() }
        }
        Self {
            closed: if_wanted(options.has(Mode::Closed), || groups::groups(options, client_cores)),
            open: if_wanted(options.has(Mode::Open), || open::groups(options)),
            cost: if_wanted(options.has(Mode::Cost), || cost::subjects(options)),
            cost_workload: cost::workload(options),
            waits: if_wanted(options.has(Mode::Waits), || waits::groups(options)),
            scale: if_wanted(options.has(Mode::Scale), || scale::groups(options)),
        }
    }

    /// The id of each cell, in the order of the run.
    pub(crate) fn ids(&self) -> Vec<String> {
        let of_group =
            |group: &Group| group.subjects.iter().map(|one| group.workload.id(one)).collect::<Vec<_>>();
        let open = self.open.iter().flat_map(|group| group.subjects.iter().map(|one| group.id(*one)));
        let waits = |group: &WaitsGroup| {
            group.styles.iter().map(|one| waits::id(group.count, *one)).collect::<Vec<_>>()
        };
        let closed = self.closed.iter().flat_map(of_group);
        let cost = self.cost.iter().map(|subject| cost::id(*subject));
        closed
            .chain(open)
            .chain(cost)
            .chain(self.waits.iter().flat_map(waits))
            .chain(self.scale.iter().flat_map(of_group))
            .collect()
    }
}
