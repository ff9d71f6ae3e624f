//! The cost of a style alone: many waits at once, and nothing to download.
//!
//! A thread that sleeps, a callback on a timer of the loop, or a task on a timer of its runtime; all end at the same
//! time, which is far enough away that all are pending together before. Each cell has its own process.

use std::io;
use std::time::{Duration, Instant};

use photo_tests::Style;
use serde::{Deserialize, Serialize};

use crate::clients::subject::Subject;
use crate::load::client::config;
use crate::load::waits::{Waited, Waits};
use crate::load::workload::Mode;
use crate::options::Options;
use crate::process::role::{self, Role};
use crate::record::waits::{WaitsCell, WaitsFigures};
use crate::system::cpu_set::CpuSet;
use crate::system::limits;
use crate::system::usage::{Status, Usage};

/// Numbers of waits at once; the higher ones run only if this part is named.
const COUNTS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
const IN_SHORT: usize = 3;

/// Longest for the slowest.
const PATIENCE: Duration = Duration::from_mins(3);

/// One number of waits at once.
#[derive(Clone, Debug)]
pub(crate) struct WaitsGroup {
    pub(crate) count: usize,
    pub(crate) styles: Vec<Style>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Job {
    style: String,
    count: usize,
    hold: Duration,
}

/// The groups that the options ask for, without the cells that the filter leaves out.
pub(crate) fn groups(options: &Options) -> Vec<WaitsGroup> {
    let counts = match options {
        _ if options.common.is_test() => &COUNTS[..1],
        _ if options.names(Mode::Waits) => &COUNTS[..],
        _ if options.common.quick => &COUNTS[..2],
        _ => &COUNTS[..IN_SHORT],
    };
    let styles = || options.subjects(Mode::Waits).into_iter().filter_map(Subject::style);
    let groups = counts.iter().map(|&count| {
        let selected = |style: &Style| options.common.selects(&id(count, *style));
        WaitsGroup { count, styles: styles().filter(selected).collect() }
    });
    groups.filter(|group| !group.styles.is_empty()).collect()
}

pub(crate) fn id(count: usize, style: Style) -> String {
    format!("waits/{count}/{style}")
}

/// Measures one style.
pub(crate) fn measure(count: usize, style: Style, cores: &CpuSet) -> WaitsCell {
    // Time to start them all; a style that needs more tries again with more.
    let each = if style == Style::Blocking { 40 } else { 2 };
    let hold =
        Duration::from_millis(50) + Duration::from_micros(each) * u32::try_from(count).unwrap_or(u32::MAX);
    let tries = (0..9).map(|doubled| run(count, style, hold * (1 << doubled), cores));
    let result = tries.into_iter().find(|result| !matches!(result, Ok(None)));
    let (figures, failed) = match result {
        Some(Ok(figures)) => (figures, None),
        Some(Err(error)) => (None, Some(error.to_string())),
        None => (None, Some("the first waits ended before the last had begun".into())),
    };
    WaitsCell { style: style.name().into(), count, figures, failed }
}

/// `None` if not all were pending at once.
fn run(count: usize, style: Style, hold: Duration, cores: &CpuSet) -> io::Result<Option<WaitsFigures>> {
    let job = Job { style: style.name().into(), count, hold };
    let answer: Result<_, String> = Role::IdleWorker.job(cores, &job, PATIENCE + hold)?;
    answer.map_err(io::Error::other)
}

/// The other end.
pub(crate) fn wait() -> io::Result<()> {
    role::answer_one(|job: Job| Ok(job.run()))
}

impl Job {
    fn run(&self) -> Result<Option<WaitsFigures>, String> {
        let Self { style, count, hold } = self;
        let style: Style = style.parse()?;
        if style == Style::Blocking {
            limits::check(0, *count as u64)?;
        }
        let adapter = style.adapter(config(1)).map_err(|error| error.to_string())?;
        // Whatever is made for the first wait is not part of each.
        adapter.waits(1, Instant::now(), Waits::new(1).observer());
        let idle = Status::of_this_process();
        let (begin, before) = (Instant::now(), Usage::so_far());
        let until = begin + *hold;
        let waits = Waits::new(*count);
        adapter.waits(*count, until, waits.observer());
        let cpu_s = Usage::so_far().since(before).cpu_s();

        let Waited { all_pending, status: pending, all_ended } = waits.waited().ok_or("a wait was lost")?;
        let grown =
            idle.zip(pending).map(|(idle, pending)| pending.resident_kib.saturating_sub(idle.resident_kib));
        let each = |total: f64| total / *count as f64;
        Ok((all_pending < until).then(|| WaitsFigures {
            start_s: all_pending.duration_since(begin).as_secs_f64(),
            finish_s: all_ended.saturating_duration_since(until).as_secs_f64(),
            cpu_us_per_wait: each(cpu_s * 1e6),
            bytes_per_wait: grown.map(|kib| each(kib as f64 * 1024.0)),
            threads: pending.map(|status| status.threads),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::tests::options;

    #[test]
    fn a_million_only_on_request() {
        let counts =
            |words: &str| groups(&options(words)).iter().map(|group| group.count).collect::<Vec<_>>();
        assert_eq!(counts("--bench"), [1_000, 10_000, 100_000]);
        assert_eq!(counts("--bench --waits"), COUNTS);
        assert_eq!(counts("--test"), [1_000]);
        assert_eq!(counts("--bench --styles floor"), [0; 0]);
        assert_eq!(groups(&options("--bench waits/1000/smol"))[0].styles, [Style::Smol]);
    }

    #[test]
    fn every_style_can_wait_many_times_at_once() {
        // More than the threads of all other tests in this process.
        const WAITS: usize = 500;
        for style in Style::HELD_EQUAL {
            let job = |hold| Job { style: style.name().into(), count: WAITS, hold };
            let mut tries = (1..6).map(|doubled| job(Duration::from_secs(1 << doubled)).run().unwrap());
            let outcome = tries.find_map(|outcome| outcome).expect("32 seconds are enough to start them");
            assert!((0.0..32.0).contains(&outcome.start_s) && outcome.finish_s > 0.0, "{style}");
            let threads = outcome.threads.unwrap_or(0);
            assert_eq!(threads > WAITS as u64, style == Style::Blocking, "{style}: {threads}");
        }
    }
}
