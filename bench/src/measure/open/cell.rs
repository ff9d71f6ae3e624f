//! All rounds of one open loop: a row of the table, a line of JSON.

use std::io;

use serde::Serialize;

use crate::clients::entrant::Entrant;
use crate::load::workload::Workload;
use crate::measure::cell::Cell;
use crate::measure::open::group::{OpenGroup, Target};
use crate::measure::trial::Trial;
use crate::stats::interval::median;
use crate::stats::latency::Percentiles;

/// Such a share of late arrivals, and the client does not keep up.
const MOST_LATE: f64 = 0.1;

/// The result for one entrant at one rate. Its latencies count from the intended start.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OpenCell {
    #[serde(flatten)]
    pub(crate) cell: Cell,
    /// Arrivals per second.
    pub(crate) rate_per_s: Option<f64>,
    /// Of what the style reached in the closed loop, in hundredths; `None` of a rate that is the same for all.
    pub(crate) share_percent: Option<u32>,
    /// The medians over all rounds of latency from the real start.
    pub(crate) uncorrected: Option<Percentiles>,
    /// Of all rounds together, arrivals that started more than 10 ms after their time.
    pub(crate) late: Option<usize>,
    /// Of all rounds together, arrivals that could not start at all.
    pub(crate) skipped: Option<usize>,
    /// Whether the client did not keep up: an arrival was skipped, or one in ten was late.
    pub(crate) saturated: Option<bool>,
}

impl OpenCell {
    pub(crate) fn new(
        group: &OpenGroup,
        entrant: Entrant,
        trials: Vec<io::Result<(Workload, Trial)>>,
    ) -> Self {
        let ran = trials.iter().flatten();
        let paced: Vec<_> = ran.clone().filter_map(|(_, trial)| trial.paced).collect();
        let arrivals: usize = ran.clone().map(|(workload, _)| workload.count).sum();
        let workload = ran.clone().next().map_or(&group.workload, |(workload, _)| workload).clone();
        let trials = trials.into_iter().map(|trial| trial.map(|(_, trial)| trial)).collect();
        let cell = Cell::new(&workload, entrant, trials);

        let measured = cell.failed.is_none();
        let (late, skipped) =
            (paced.iter().map(|it| it.late).sum::<usize>(), paced.iter().map(|it| it.skipped).sum::<usize>());
        let of = |figure: fn(&Percentiles) -> f64| {
            median(&mut paced.iter().map(|it| figure(&it.uncorrected)).collect::<Vec<_>>())
                .unwrap_or_default()
        };
        let uncorrected = Percentiles {
            p50: of(|it| it.p50),
            p90: of(|it| it.p90),
            p99: of(|it| it.p99),
            p999: of(|it| it.p999),
            max: of(|it| it.max),
        };
        Self {
            rate_per_s: workload.pace.map(|pace| pace.per_s),
            share_percent: match group.target {
                Target::PerS(_) => None,
                Target::Share(percent) => Some(percent),
            },
            uncorrected: measured.then_some(uncorrected),
            late: measured.then_some(late),
            skipped: measured.then_some(skipped),
            saturated: measured.then_some(is_saturated(arrivals, late, skipped)),
            cell,
        }
    }
}

fn is_saturated(arrivals: usize, late: usize, skipped: usize) -> bool {
    skipped > 0 || late as f64 > arrivals as f64 * MOST_LATE
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::measure::cell::tests::trial;
    use crate::measure::open::groups;
    use crate::options::tests::options;
    use crate::process::report::Paced;

    pub(crate) fn open_cell(late: usize, skipped: usize) -> OpenCell {
        let group = &groups(&options("--bench --open"))[2];
        let uncorrected = Percentiles { p50: 1000.0, ..Percentiles::default() };
        let paced = Some(Paced { uncorrected, late, skipped });
        let workload = group.paced(1, |_| Ok(2000.0)).unwrap();
        OpenCell::new(group, "tokio".parse().unwrap(), vec![Ok((workload, Trial { paced, ..trial(9.0) }))])
    }

    #[test]
    fn a_line_has_the_rate_and_both_latencies() {
        let line = serde_json::to_value(open_cell(3, 0)).unwrap();
        for (field, value) in [
            ("mode", serde_json::json!("open")),
            ("rate_per_s", 1000.0.into()),
            ("share_percent", 50.into()),
            ("p50_us", 20_100.0.into()),
            ("late", 3.into()),
            ("skipped", 0.into()),
            ("saturated", false.into()),
        ] {
            assert_eq!(line[field], value, "{field}");
        }
        assert_eq!(line["uncorrected"]["p50_us"], 1000.0);
    }

    #[test]
    fn who_does_not_keep_up_is_saturated() {
        assert!(open_cell(0, 1).saturated == Some(true) && open_cell(80, 0).saturated == Some(true));
        assert!(!is_saturated(1000, 100, 0) && is_saturated(1000, 101, 0));
    }
}
