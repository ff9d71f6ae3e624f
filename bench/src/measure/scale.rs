//! The closed loop at more sizes, delays and numbers in flight, and the decisions that follow from it.

use std::iter;
use std::time::Duration;

use crate::clients::subject::Subject;
use crate::load::workload::{Mode, Source, Workload};
use crate::measure::groups::Group;
use crate::options::Options;
use crate::system::limits;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// A test tries these. Bytes, delay in milliseconds, in flight.
const SHORT: [(u64, u64, usize); 4] =
    [(32 * KIB, 20, 256), (32 * KIB, 20, 2048), (32 * KIB, 200, 1024), (MIB, 0, 16)];

/// The whole ladder: bytes, delay in milliseconds, and how many processes may be filled with connections.
const LADDER: [(u64, u64, usize); 5] =
    [(32 * KIB, 0, 0), (32 * KIB, 20, 1), (32 * KIB, 200, limits::MOST_PROCESSES), (KIB, 0, 0), (MIB, 0, 0)];

/// Most downloads in flight without delay, where more only queue, and with large photos, which fill the memory.
const ENOUGH: usize = 1024;

/// The groups that the options ask for, without the cells that the filter leaves out.
pub(crate) fn groups(options: &Options) -> Vec<Group> {
    let full = !options.common.is_test();
    let rungs: Vec<_> = if full {
        let rungs = |(bytes, delay_ms, processes)| {
            let most = if processes == 0 { ENOUGH } else { processes * limits::most_connections() };
            ladder(most).into_iter().map(move |in_flight| (bytes, delay_ms, in_flight))
        };
        LADDER.into_iter().flat_map(rungs).collect()
    } else {
        SHORT.into()
    };
    let (sizes, delays, numbers) = (options.bytes, &options.delay_ms, &options.in_flight);
    let wanted = |(bytes, delay_ms, in_flight): &(u64, u64, usize)| {
        sizes.is_none_or(|size| size == *bytes)
            && (delays.is_empty() || delays.contains(delay_ms))
            && (numbers.is_empty() || numbers.iter().any(|number| *number as usize == *in_flight))
    };
    let time = Duration::from_millis(if options.common.quick { 200 } else { 400 });
    let groups = rungs.into_iter().filter(wanted).map(|(bytes, delay_ms, in_flight)| {
        let source = Source::Embedded { bytes, delay_ms };
        let count = options.count(&source, in_flight, time);
        let workload = Workload { mode: Mode::Scale, ..Workload::closed(source, in_flight, count) };
        let mut group = Group::of(workload, options)?;
        // The floor is no choice.
        group.subjects.retain(|subject| *subject != Subject::Floor);
        (!group.subjects.is_empty()).then_some(group)
    });
    groups.flatten().collect()
}

/// The numbers in flight: each four times the one before, the last as high as the limits allow.
fn ladder(most: usize) -> Vec<usize> {
    let higher = |rung: &usize| rung.checked_mul(4).filter(|rung| *rung <= most);
    let mut rungs: Vec<_> = iter::successors(Some(1), higher).collect();
    if rungs.last().is_some_and(|last| *last * 5 / 4 < most) {
        rungs.push(most);
    }
    rungs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::tests::options;

    #[test]
    fn the_ladder_ends_where_the_room_ends() {
        assert_eq!(ladder(1024), [1, 4, 16, 64, 256, 1024]);
        assert_eq!(ladder(1100), [1, 4, 16, 64, 256, 1024]);
        assert_eq!(ladder(3000), [1, 4, 16, 64, 256, 1024, 3000]);
        assert_eq!(ladder(1), [1]);
    }

    #[test]
    fn the_whole_ladder_is_climbed_on_request() {
        let ids = |words: &str| {
            groups(&options(words)).iter().map(|group| group.workload.group_id()).collect::<Vec<_>>()
        };
        assert_eq!(
            ids("--test"),
            ["scale/32KiB/20ms/256", "scale/32KiB/20ms/2048", "scale/32KiB/200ms/1024", "scale/1MiB/0ms/16"]
        );
        assert!(ids("--bench --scale").len() >= 5 * 6);
        assert_eq!(
            ids("--bench --scale --delay-ms 0 --bytes 1024 --in-flight 4,16"),
            ["scale/1KiB/0ms/4", "scale/1KiB/0ms/16"]
        );
        assert!(groups(&options("--bench --styles floor")).is_empty());
    }
}
