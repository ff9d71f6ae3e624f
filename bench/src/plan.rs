//! Which cells there are, and how much work each is.

use std::time::Duration;

use crate::entrant::Entrant;
use crate::limits;
use crate::open_loop::Pace;
use crate::options::Options;
use crate::table::size;

/// In flight while the server takes its time, and while it does not.
const WITH_DELAY: [u32; 3] = [1, 64, 1024];
const WITHOUT_DELAY: [u32; 3] = [1, 16, 256];

const DELAY_MS: u64 = 20;

/// What a middling style on a middling core does in a second at most.
const DOWNLOADS_PER_S: f64 = 25_000.0;
const BYTES_PER_S: f64 = 1e9;

/// One after the other and without delay, mostly the way to and fro is waited for.
const ROUND_TRIP_S: f64 = 100e-6;

/// What can be measured, in the order of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A fixed number of downloads is kept in flight.
    Closed,
    /// Downloads start at a fixed rate.
    Open,
    /// What one download costs beside time.
    Cost,
    /// Waiting alone.
    Waits,
    /// The closed loop at more sizes, delays and numbers in flight, to find where the best style changes.
    Scale,
}

/// The same work for several entrants: one table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) workload: Workload,
    pub(crate) entrants: Vec<Entrant>,
}

/// What has to be done in each cell of a group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Workload {
    pub(crate) part: Part,
    pub(crate) source: Source,
    pub(crate) in_flight: usize,
    pub(crate) count: usize,
    /// When downloads start, in an open loop.
    pub(crate) pace: Option<Pace>,
}

/// Where the photos come from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    /// A server of ours.
    Embedded { bytes: u64, delay_ms: u64 },
    /// The user's.
    Url(String),
}

/// The groups of the closed loop that the options ask for, without the cells that the filter leaves out.
pub(crate) fn groups(options: &Options) -> Vec<Group> {
    let in_flight = |default: [u32; 3]| {
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
                let default = if delay_ms == 0 { WITHOUT_DELAY } else { WITH_DELAY };
                let source = Source::Embedded { bytes: options.bytes(), delay_ms };
                in_flight(default).into_iter().map(move |n| (source.clone(), n))
            })
            .collect(),
    };
    let groups = workloads.into_iter().map(|(source, in_flight)| {
        let in_flight = in_flight as usize;
        let time = Duration::from_millis(if options.common.quick { 400 } else { 500 });
        let count = options.count(&source, in_flight, time);
        Workload::closed(source, in_flight, count).group(options)
    });
    groups.flatten().collect()
}

impl Workload {
    pub(crate) fn closed(source: Source, in_flight: usize, count: usize) -> Self {
        Self { part: Part::Closed, source, in_flight, count, pace: None }
    }

    /// For the entrants that the options and the filter leave; `None` without any.
    pub(crate) fn group(self, options: &Options) -> Option<Group> {
        let selected = |entrant: &Entrant| options.common.selects(&self.id(*entrant));
        let entrants: Vec<_> = options.entrants(self.part).into_iter().filter(selected).collect();
        (!entrants.is_empty()).then_some(Group { workload: self, entrants })
    }

    /// How many workers do it, each with a server of its own. An open loop has one schedule, and so one worker.
    pub(crate) fn processes(&self) -> usize {
        match &self.source {
            Source::Embedded { .. } if self.pace.is_none() => {
                self.in_flight.div_ceil(limits::most_connections()).max(1)
            }
            Source::Embedded { .. } | Source::Url(_) => 1,
        }
    }

    /// What each of them does.
    pub(crate) fn shares(&self, parts: usize) -> Vec<Self> {
        let share = |all: usize, part: usize| all * (part + 1) / parts - all * part / parts;
        let part = |part| Self {
            in_flight: share(self.in_flight, part),
            count: share(self.count, part),
            ..self.clone()
        };
        (0..parts).map(part).collect()
    }

    /// As criterion names what it measures: group, parameters, function.
    pub(crate) fn id(&self, entrant: Entrant) -> String {
        format!("{}/{entrant}", self.group_id())
    }

    /// The same without the function.
    pub(crate) fn group_id(&self) -> String {
        let Self { part, source, in_flight, .. } = self;
        match (part, source) {
            (Part::Scale, Source::Embedded { bytes, delay_ms }) => {
                format!("scale/{}/{delay_ms}ms/{in_flight}", size(*bytes).replace(' ', ""))
            }
            (_, Source::Embedded { delay_ms, .. }) => format!("load/{delay_ms}ms/{in_flight}"),
            (_, Source::Url(_)) => format!("load/url/{in_flight}"),
        }
    }
}

impl Source {
    /// How many downloads last about as long as that. A guess will do: what counts is that it is the same for all.
    pub(crate) fn count(&self, in_flight: usize, time: Duration) -> usize {
        let (bytes, delay_ms) = match self {
            Self::Embedded { bytes, delay_ms } => (*bytes, *delay_ms),
            Self::Url(_) => (32 << 10, 0),
        };
        let busy = 1.0 / DOWNLOADS_PER_S + bytes as f64 / BYTES_PER_S;
        let waiting = (delay_ms as f64 / 1e3 + ROUND_TRIP_S + busy) / in_flight as f64;
        let wanted = time.as_secs_f64() / busy.max(waiting);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates, and is above 0"
        )]
        let wanted = wanted as usize;
        // Enough turns for each slot that the end, with fewer and fewer in flight, is not most of it; and as many for
        // each.
        wanted.max(4 * in_flight).next_multiple_of(in_flight)
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
        let id = |group: &Group| group.entrants.iter().map(|one| group.workload.id(*one)).collect::<Vec<_>>();
        plan(words).iter().flat_map(id).collect()
    }

    #[test]
    fn what_is_too_much_for_one_process_is_shared_out() {
        let workload = Workload::closed(Source::Url("x".into()), 1001, 4004);
        let shares = |parts| {
            let shares = workload.shares(parts);
            shares.iter().map(|share| (share.in_flight, share.count)).collect::<Vec<_>>()
        };
        assert_eq!(shares(1), [(1001, 4004)]);
        assert_eq!(shares(2), [(500, 2002), (501, 2002)]);

        let in_flight = 3 * limits::most_connections() + 1;
        let embedded = Source::Embedded { bytes: 1, delay_ms: 0 };
        let workload = Workload::closed(embedded, in_flight, in_flight);
        assert_eq!(workload.processes(), 4);
        let paced = Workload { pace: Some(Pace { per_s: 1.0, seed: 0 }), ..workload.clone() };
        assert_eq!(paced.processes(), 1);
        assert_eq!(Workload { source: Source::Url("x".into()), ..workload }.processes(), 1);
    }

    #[test]
    fn by_default_there_are_six_groups_of_seven() {
        let ids = ids("");
        assert_eq!(ids.len(), 6 * 7);
        assert_eq!(ids[0], "load/20ms/1/floor");
        assert_eq!(ids[41], "load/0ms/256/smol");
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
        assert_eq!(ids("load/20ms/64/").len(), 7);
        assert_eq!(ids("tokio").len(), 12);
        assert_eq!(ids("--exact load/0ms/1/tokio"), ["load/0ms/1/tokio"]);
        assert!(plan("latency").is_empty());
    }

    #[test]
    fn each_cell_has_work_for_a_second_or_two_at_most() {
        for group in plan("") {
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
