//! All that a run of the load bench measures.

use crate::entrant::Entrant;
use crate::open_loop::group::OpenGroup;
use crate::options::Options;
use crate::plan::Group;
use crate::waits::WaitsGroup;
use crate::workload::{Part, Workload};
use crate::{cost, open_loop, plan, scale, waits};

/// Part by part, as the options ask for them.
pub(crate) struct Program {
    pub(crate) closed: Vec<Group>,
    pub(crate) open: Vec<OpenGroup>,
    pub(crate) cost: Vec<Entrant>,
    pub(crate) cost_workload: Workload,
    pub(crate) waits: Vec<WaitsGroup>,
    pub(crate) scale: Vec<Group>,
}

impl Program {
    pub(crate) fn new(options: &Options) -> Self {
        fn if_wanted<T>(wanted: bool, part: impl FnOnce() -> Vec<T>) -> Vec<T> {
            if wanted { part() } else { Vec::new() }
        }
        Self {
            closed: if_wanted(options.has(Part::Closed), || plan::groups(options)),
            open: if_wanted(options.has(Part::Open), || open_loop::groups(options)),
            cost: if_wanted(options.has(Part::Cost), || cost::entrants(options)),
            cost_workload: cost::workload(options),
            waits: if_wanted(options.has(Part::Waits), || waits::groups(options)),
            scale: if_wanted(options.has(Part::Scale), || scale::groups(options)),
        }
    }

    /// Of each cell, in the order of the run.
    pub(crate) fn ids(&self) -> Vec<String> {
        let of_group =
            |group: &Group| group.entrants.iter().map(|one| group.workload.id(one)).collect::<Vec<_>>();
        let open = self.open.iter().flat_map(|group| group.entrants.iter().map(|one| group.id(*one)));
        let waits = |group: &WaitsGroup| {
            group.contenders.iter().map(|one| waits::id(group.count, *one)).collect::<Vec<_>>()
        };
        let closed = self.closed.iter().flat_map(of_group);
        let cost = self.cost.iter().map(|entrant| cost::id(*entrant));
        closed
            .chain(open)
            .chain(cost)
            .chain(self.waits.iter().flat_map(waits))
            .chain(self.scale.iter().flat_map(of_group))
            .collect()
    }
}
