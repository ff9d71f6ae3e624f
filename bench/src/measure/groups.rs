//! The groups of cells, and the work of each.

use std::time::Duration;

use photo_tests::Style;

use crate::clients::subject::Subject;
use crate::load::workload::{Mode, Source, Workload};
use crate::options::Options;
use crate::record::load::Transport;

/// Downloads in flight with a server delay, and without.
const WITH_DELAY: &[u32] = &[1, 64, 1024];
const WITHOUT_DELAY: &[u32] = &[1, 16, 256];

/// Downloads in flight in a run that names no part: fewer groups, rather than fewer rounds.
const FEW_WITH_DELAY: &[u32] = &[64, 1024];
const FEW_WITHOUT_DELAY: &[u32] = &[1, 256];

const DELAY_MS: u64 = 20;

/// ureq takes part in a default run up to so many downloads in flight; more would take it a third of the whole time.
const FEW_FOR_UREQ: usize = 64;

/// Most photos come by https, and many from a new host each time.
const OTHER_TRANSPORTS: [Transport; 2] =
    [Transport { tls: true, fresh: false }, Transport { tls: false, fresh: true }];

/// Downloads in flight in each of their groups.
const WITH_OTHER_TRANSPORTS: u32 = 64;

/// One work for several subjects: a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) workload: Workload,
    pub(crate) subjects: Vec<Subject>,
}

/// The groups of the closed loop that the options ask for, without the cells that the filter leaves out. On several client
/// cores, those without delay are followed by the same on all of them.
pub(crate) fn groups(options: &Options, client_cores: usize) -> Vec<Group> {
    let is_short =
        !options.names(Mode::Closed) && options.common.filter.is_none() && !options.common.is_test();
    let workloads = workloads(options, is_short);
    let on_all = |workload: &Workload| {
        let is_worth_it =
            matches!(workload.source, Source::Embedded { delay_ms: 0, .. }) && workload.in_flight > 1;
        (client_cores > 1 && is_worth_it).then(|| Workload { client_cores, ..workload.clone() })
    };
    let on_all: Vec<_> = workloads.iter().filter_map(on_all).collect();
    let is_default = is_short && options.is_default() && options.styles.is_empty();
    let group = |workload: Workload| {
        let mut group = Group::of(workload, options)?;
        let has_ureq = !is_default || group.workload.in_flight <= FEW_FOR_UREQ;
        group.subjects.retain(|subject| has_ureq || *subject != Subject::Style(Style::Ureq));
        Some(group)
    };
    workloads.into_iter().chain(on_all).filter_map(group).collect()
}

/// The workloads on one client core; a short run has fewer of them.
fn workloads(options: &Options, is_short: bool) -> Vec<Workload> {
    let in_flight = |default: &[u32]| {
        if options.in_flight.is_empty() { default.to_vec() } else { options.in_flight.clone() }
    };
    let delays = match options.delay_ms.as_slice() {
        [] => &[DELAY_MS, 0],
        given => given,
    };
    let embedded = |delay_ms| Source::Embedded { bytes: options.bytes(), delay_ms };
    let is_few = is_short && options.delay_ms.is_empty();
    let mut loads: Vec<(Source, u32, Transport)> = Vec::new();
    if let Some(url) = &options.url {
        let each = in_flight(WITHOUT_DELAY).into_iter();
        loads.extend(each.map(|n| (Source::Url(url.clone()), n, options.transport())));
    } else {
        for &delay_ms in delays {
            let default = match (delay_ms, is_few) {
                (0, false) => WITHOUT_DELAY,
                (0, true) => FEW_WITHOUT_DELAY,
                (_, false) => WITH_DELAY,
                (_, true) => FEW_WITH_DELAY,
            };
            let each = in_flight(default).into_iter();
            loads.extend(each.map(|n| (embedded(delay_ms), n, options.transport())));
        }
    }
    if !is_short && !options.describes_closed_loops() {
        loads.extend(OTHER_TRANSPORTS.map(|transport| (embedded(0), WITH_OTHER_TRANSPORTS, transport)));
    }
    let workload = |(source, in_flight, transport): (Source, u32, Transport)| {
        let in_flight = in_flight as usize;
        let time = Duration::from_millis(if options.common.quick { 400 } else { 500 });
        let count = options.count(&source, in_flight, time);
        Workload { transport, ..Workload::closed(source, in_flight, count) }
    };
    loads.into_iter().map(workload).collect()
}

impl Group {
    /// Each subject with its work.
    pub(crate) fn clients(&self) -> Vec<(Workload, Subject)> {
        self.subjects.iter().map(|subject| (self.workload.clone(), *subject)).collect()
    }

    /// The subjects that the options and the filter leave; `None` without any.
    pub(crate) fn of(workload: Workload, options: &Options) -> Option<Self> {
        let selected = |subject: &Subject| options.common.selects(&workload.id(subject));
        let subjects = options.subjects(workload.mode).into_iter();
        let subjects: Vec<_> =
            subjects.filter(|one| one.can_take(&workload.load()) && selected(one)).collect();
        (!subjects.is_empty()).then_some(Self { workload, subjects })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::tests::options;

    fn plan(words: &str) -> Vec<Group> {
        groups(&options(&format!("--bench {words}")), 1)
    }

    fn ids(words: &str) -> Vec<String> {
        ids_of(&plan(words))
    }

    /// The ids without those of peers, whose number depends on the feature `peers`.
    fn ids_of(groups: &[Group]) -> Vec<String> {
        let is_own = |one: &&Subject| !matches!(one, Subject::Peer(_) | Subject::Foreign(_));
        let own = |group: &Group| -> Vec<_> {
            group.subjects.iter().filter(is_own).map(|one| group.workload.id(one)).collect()
        };
        groups.iter().flat_map(own).collect()
    }

    #[test]
    fn by_default_there_are_four_groups_and_in_full_eight() {
        let few = ids("");
        assert_eq!(few.len(), 2 * 8 + 2 * 7);
        assert_eq!((&*few[0], &*few[29]), ("load/20ms/64/floor", "load/0ms/256/smol"));
        assert!(!few.contains(&"load/20ms/1024/ureq".into()));
        let all = ids("--closed");
        assert_eq!(all.len(), 6 * 8 + 2 * 7);
        assert_eq!((&*all[0], &*all[47]), ("load/20ms/1/floor", "load/0ms/256/smol"));
        assert_eq!(ids("--tls --connections fresh --in-flight 2 --delay-ms 5 --styles floor,smol").len(), 1);
    }

    #[test]
    fn on_several_cores_there_is_a_second_set() {
        let ids = |words: &str| ids_of(&groups(&options(&format!("--bench {words}")), 4));
        let all = ids("");
        let second = &all[2 * 8 + 2 * 7..];
        let styles = ["blocking", "tokio-multi", "async-std", "callbacks-multi", "smol-multi"];
        assert_eq!(second, styles.map(|style| format!("load/4-cores/0ms/256/{style}")));
        assert_eq!(ids("--styles callbacks-multi --in-flight 64 --delay-ms 0 --tls").len(), 1);
        assert_eq!(ids("--delay-ms 20 --styles blocking --in-flight 64"), ["load/20ms/64/blocking"]);
    }

    #[test]
    fn given_values_replace_the_default() {
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
        assert_eq!(ids("tokio").len(), 16);
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
