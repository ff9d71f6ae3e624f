//! The number of downloads that a round needs on this machine.

use std::io;
use std::time::Duration;

use crate::clients::subject::Subject;
use crate::load::workload::{MOST_SLICES, SLICE_TURNS, TURNS, Workload};
use crate::measure::groups::Group;
use crate::measure::trial::Trial;
use crate::options::RoundLength;
use crate::record::figures::Figures;
use crate::system::placement::CorePlacement;
use crate::text::progress::Progress;

/// The first guess is corrected this often.
const CORRECTIONS: usize = 3;

/// The groups, each with the downloads that its fastest client needs for a round of this length.
pub(crate) fn calibrated(groups: &[Group], round: RoundLength, placement: &CorePlacement) -> Vec<Group> {
    let progress = Progress::new(groups.len());
    let calibrate = |group: &Group| {
        progress.begin(&format!("pilot of {}", group.workload.group_id()));
        let count = count(&group.workload, &group.subjects, round, placement);
        progress.end(1);
        // A group in which no client works is measured as it is, and shows the reasons.
        let workload = Workload { count: count.unwrap_or(group.workload.count), ..group.workload.clone() };
        Group { workload, subjects: group.subjects.clone() }
    };
    let calibrated = groups.iter().map(calibrate).collect();
    progress.finish();
    calibrated
}

/// The number of downloads that the fastest of these clients does in a round of this length.
///
/// # Errors
///
/// If no client does any.
pub(crate) fn count(
    workload: &Workload,
    subjects: &[Subject],
    round: RoundLength,
    placement: &CorePlacement,
) -> io::Result<usize> {
    let timed = |count, subject| -> io::Result<Took> {
        let workload = Workload { count, ..workload.clone() };
        let Figures { wall_s, cpu_us_per_download, .. } = Trial::run(&workload, subject, placement)?.figures;
        Ok(Took { wall_s, cpu_s: cpu_us_per_download * count as f64 / 1e6 })
    };
    let mut count = workload.source.count(workload.in_flight, round.wall / 2);
    let all = subjects.iter().filter_map(|subject| Some((timed(count, *subject).ok()?, *subject)));
    let neediest = all.min_by(|(one, _), (other, _)| one.share_of(round).total_cmp(&other.share_of(round)));
    let (mut took, subject) = neediest.ok_or_else(|| io::Error::other("no client works"))?;
    for correction in 1..=CORRECTIONS {
        let corrected = corrected(count, workload.in_flight, took, round);
        // A long round does no harm, but takes time from the other groups.
        let is_enough = took.share_of(round) >= 1.0 && (count * 3 / 4..count).contains(&corrected);
        if corrected == count || is_enough {
            break;
        }
        count = corrected;
        if correction < CORRECTIONS {
            took = timed(count, subject)?;
        }
    }
    Ok(count)
}

/// Whole turns for each slot, in each of as many slices as possible.
fn corrected(count: usize, in_flight: usize, took: Took, round: RoundLength) -> usize {
    let wanted = count as f64 / took.share_of(round);
    let most = count as f64 * round.most.as_secs_f64() / took.wall_s;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is above 0")]
    let [wanted, most] = [wanted, most].map(|count| count.ceil() as usize);
    let wanted = wanted.max(most.min(round.turns * in_flight)).max(TURNS * in_flight);
    let slices = (wanted / (SLICE_TURNS * in_flight)).clamp(1, MOST_SLICES);
    wanted.next_multiple_of(slices * in_flight)
}

/// The time of a pilot.
#[derive(Clone, Copy)]
struct Took {
    wall_s: f64,
    cpu_s: f64,
}

impl Took {
    /// The trial's share of a round of this length; 1 is a whole round.
    fn share_of(self, round: RoundLength) -> f64 {
        let of = |took_s: f64, round: Duration| took_s / round.as_secs_f64();
        of(self.wall_s, round.wall).min(of(self.cpu_s, round.cpu).max(of(self.wall_s, round.most)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The length of a round of a client that has `per_s` downloads with so much CPU each.
    fn round_s(per_s: f64, cpu_us: f64, in_flight: usize, round: RoundLength) -> f64 {
        let first = 1000;
        let took = Took { wall_s: first as f64 / per_s, cpu_s: first as f64 * cpu_us / 1e6 };
        let count = corrected(first, in_flight, took, round);
        assert_eq!(count % in_flight, 0);
        count as f64 / per_s
    }

    #[test]
    fn a_machine_of_any_speed_has_rounds_of_the_same_length() {
        for per_s in [500.0, 10_000.0, 30_000.0, 90_000.0] {
            let round_s = round_s(per_s, 1e6 / per_s, 4, RoundLength::OF_SCALE);
            assert!((0.24..0.3).contains(&round_s), "{per_s}: {round_s}");
        }
        assert!((round_s(1000.0, 100.0, 1024, RoundLength::OF_SCALE) - 4.096).abs() < 1e-9);
    }

    #[test]
    fn a_client_that_mostly_waits_has_longer_rounds() {
        let long = |per_s, cpu_us, in_flight| round_s(per_s, cpu_us, in_flight, RoundLength::LONG);
        assert!((0.39..0.45).contains(&long(3000.0, 16.7, 64)));
        assert!((1.0..1.2).contains(&long(50.0, 90.0, 1)));
        assert!((0.24..0.26).contains(&long(30_000.0, 20.0, 16)));
        assert!((long(40_000.0, 20.0, 1024) - 0.4096).abs() < 1e-9, "two slices");
        assert!((1.0..1.7).contains(&long(80_000.0, 12.0, 10_000)), "as many turns as fit");
        let short = round_s(3000.0, 16.7, 64, RoundLength::SHORT);
        assert!((0.15..0.2).contains(&short), "{short}");
        assert!((round_s(40_000.0, 20.0, 1024, RoundLength::SHORT) - 0.2048).abs() < 1e-9, "eight turns");
    }
}
