//! The number of downloads that a round needs on this machine.

use std::io;
use std::time::Duration;

use crate::clients::subject::Subject;
use crate::load::workload::{MOST_SLICES, SLICE_TURNS, TURNS, Workload};
use crate::measure::groups::Group;
use crate::measure::trial::Trial;
use crate::system::placement::CorePlacement;
use crate::text::progress::Progress;

/// The first guess is corrected this often.
const CORRECTIONS: usize = 3;

/// The groups with as many downloads in each round as their fastest client does in the time `round`.
pub(crate) fn calibrated(groups: &[Group], round: Duration, placement: &CorePlacement) -> Vec<Group> {
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

/// The number of downloads that the fastest of these clients does in the time `round`.
///
/// # Errors
///
/// If no client does any.
pub(crate) fn count(
    workload: &Workload,
    subjects: &[Subject],
    round: Duration,
    placement: &CorePlacement,
) -> io::Result<usize> {
    let wall_s = |count, subject| -> io::Result<f64> {
        let workload = Workload { count, ..workload.clone() };
        Ok(Trial::run(&workload, subject, placement)?.figures.wall_s)
    };
    let mut count = workload.source.count(workload.in_flight, round / 2);
    let timed = subjects.iter().filter_map(|subject| Some((wall_s(count, *subject).ok()?, *subject)));
    let fastest = timed.min_by(|(one, _), (other, _)| one.total_cmp(other));
    let (mut took_s, subject) = fastest.ok_or_else(|| io::Error::other("no client works"))?;
    for _ in 0..CORRECTIONS {
        let corrected = corrected(count, workload.in_flight, took_s, round);
        // A long round does no harm, but takes time from the other groups.
        if corrected == count || took_s >= round.as_secs_f64() && corrected * 4 > count * 3 {
            break;
        }
        count = corrected;
        // Whatever else the machine does only takes more time, so the least counts.
        took_s = wall_s(count, subject)?.min(wall_s(count, subject)?);
    }
    Ok(count)
}

/// Whole turns for each slot, in each of as many slices as possible.
fn corrected(count: usize, in_flight: usize, took_s: f64, round: Duration) -> usize {
    let wanted = count as f64 * round.as_secs_f64() / took_s;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is above 0")]
    let wanted = wanted.ceil() as usize;
    let slices = (wanted / (SLICE_TURNS * in_flight)).clamp(1, MOST_SLICES);
    wanted.max(TURNS * in_flight).next_multiple_of(slices * in_flight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_of_any_speed_has_rounds_of_the_same_length() {
        let round_s = |per_s: f64, in_flight| {
            let first = 1000;
            let count = corrected(first, in_flight, first as f64 / per_s, Duration::from_millis(240));
            assert_eq!(count % in_flight, 0);
            count as f64 / per_s
        };
        for per_s in [500.0, 10_000.0, 30_000.0, 90_000.0] {
            assert!((0.24..0.3).contains(&round_s(per_s, 4)), "{per_s}");
        }
        assert!((round_s(1000.0, 1024) - 4.096).abs() < 1e-9);
    }
}
