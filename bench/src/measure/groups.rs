//! Which cells there are, and how much work each is.

use std::time::Duration;

use crate::clients::subject::Subject;
use crate::load::workload::{Mode, Source, Workload};
use crate::options::Options;

/// In flight while the server takes its time, and while it does not.
const WITH_DELAY: &[u32] = &[1, 64, 1024];
const WITHOUT_DELAY: &[u32] = &[1, 16, 256];

/// The same in a run that names no part: fewer groups, rather than fewer rounds.
const FEW_WITH_DELAY: &[u32] = &[1024];
const FEW_WITHOUT_DELAY: &[u32] = &[1, 256];

const DELAY_MS: u64 = 20;

/// The same work for several subjects: one table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) workload: Workload,
    pub(crate) subjects: Vec<Subject>,
}

/// The groups of the closed loop that the options ask for, without the cells that the filter leaves out.
pub(crate) fn groups(options: &Options) -> Vec<Group> {
    let describes = !options.delay_ms.is_empty() || options.common.filter.is_some();
    let all = options.names(Mode::Closed) || describes || options.common.is_test();
    let in_flight = |default: &[u32]| {
        if options.in_flight.is_empty() { default.to_vec() } else { options.in_flight.clone() }
    };
    let delays = match options.delay_ms.as_slice() {
        [] => &[DELAY_MS, 0],
        given => given,
    };
    let workloads: Vec<_> = match &options.url {
        Some(url) => in_flight(WITHOUT_DELAY).into_iter().map(|n| (Source::Url(url.clone()), n)).collect(),
        None => delays
            .iter()
            .flat_map(|&delay_ms| {
                let default = match (delay_ms, all) {
                    (0, true) => WITHOUT_DELAY,
                    (0, false) => FEW_WITHOUT_DELAY,
                    (_, true) => WITH_DELAY,
                    (_, false) => FEW_WITH_DELAY,
                };
                let source = Source::Embedded { bytes: options.bytes(), delay_ms };
                in_flight(default).into_iter().map(move |n| (source.clone(), n))
            })
            .collect(),
    };
    let groups = workloads.into_iter().map(|(source, in_flight)| {
        let in_flight = in_flight as usize;
        let time = Duration::from_millis(if options.common.quick { 400 } else { 500 });
        let count = options.count(&source, in_flight, time);
        let workload = Workload::closed(source, in_flight, count);
        Group::of(Workload { burden_percent: options.burden, ..workload }, options)
    });
    groups.flatten().collect()
}

impl Group {
    /// The subjects that the options and the filter leave; `None` without any.
    pub(crate) fn of(workload: Workload, options: &Options) -> Option<Self> {
        let selected = |subject: &Subject| options.common.selects(&workload.id(subject));
        let subjects: Vec<_> = options.subjects(workload.mode).into_iter().filter(selected).collect();
        (!subjects.is_empty()).then_some(Self { workload, subjects })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::tests::options;

    fn plan(words: &str) -> Vec<Group> {
        groups(&options(&format!("--bench {words}")))
    }

    fn ids(words: &str) -> Vec<String> {
        let id = |group: &Group| group.subjects.iter().map(|one| group.workload.id(one)).collect::<Vec<_>>();
        plan(words).iter().flat_map(id).collect()
    }

    #[test]
    fn by_default_there_are_three_groups_of_eight() {
        let few = ids("");
        assert_eq!(few.len(), 3 * 8);
        assert_eq!((&*few[0], &*few[23]), ("load/20ms/1024/floor", "load/0ms/256/smol"));
        let all = ids("--closed");
        assert_eq!(all.len(), 6 * 8);
        assert_eq!((&*all[0], &*all[47]), ("load/20ms/1/floor", "load/0ms/256/smol"));
    }

    #[test]
    fn what_is_given_takes_the_place_of_the_default() {
        assert_eq!(
            ids("--styles tokio --in-flight 8,9 --delay-ms 5"),
            ["load/5ms/8/tokio", "load/5ms/9/tokio"]
        );
        assert_eq!(ids("--styles tokio --in-flight 8"), ["load/20ms/8/tokio", "load/0ms/8/tokio"]);
        assert_eq!(ids("--styles ureq --delay-ms 0").len(), 3);
        assert_eq!(ids("--url http://localhost/ --styles floor --in-flight 2"), ["load/url/2/floor"]);
    }

    #[test]
    fn a_filter_leaves_out_what_it_does_not_name() {
        assert_eq!(ids("load/20ms/64/").len(), 8);
        assert_eq!(ids("tokio").len(), 12);
        assert_eq!(ids("--exact load/0ms/1/tokio"), ["load/0ms/1/tokio"]);
        assert!(plan("latency").is_empty());
    }

    #[test]
    fn each_cell_has_work_for_a_second_or_two_at_most() {
        for group in plan("--closed") {
            let Workload { source, in_flight, count, .. } = group.workload;
            assert_eq!(count % in_flight, 0);
            let Source::Embedded { delay_ms, .. } = source else { unreachable!() };
            if delay_ms > 0 {
                assert!(count as u64 * delay_ms / in_flight as u64 <= 1_000);
            }
            assert!((20..=25_000).contains(&count), "{count}");
        }
        let count = |words: &str| plan(words)[0].workload.count;
        assert!(count("--quick") < count(""));
        assert_eq!(count("--count 77"), 77);
        assert_eq!(count("--test --in-flight 1"), 8);
        assert_eq!(count("--in-flight 8192"), 4 * 8192);
    }
}
