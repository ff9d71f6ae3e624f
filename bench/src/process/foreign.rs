//! A worker process in any language, as the bench sees it. `bench/peers/README.md` documents the lines.
//!
//! The process is not trusted with its own CPU time and memory: the bench reads both from the system.

use std::io;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::process::job::{GO, Job};
use crate::process::report::WorkerReport;
use crate::stats::latency::Latencies;
use crate::system::child::Child;
use crate::system::usage::{Status, Usage};

/// The interval at which the process is checked.
const LOOK: Duration = Duration::from_millis(20);

/// Time for the program to start.
const START: Duration = Duration::from_secs(10);

/// The command to report, after the end of what is measured.
const REPORT: &str = "report";

/// The most characters of an unknown line in an error.
const EXCERPT: usize = 60;

#[derive(Serialize)]
struct ForeignJob<'a> {
    url: &'a str,
    gathering_url: &'a str,
    in_flight: usize,
    count: usize,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Ready,
    /// The bytes of all photos of the warm-up.
    Warm(u64),
    Done,
    Report(ForeignReport),
    Failed(String),
}

#[derive(Debug, Deserialize)]
struct ForeignReport {
    bytes: u64,
    errors: usize,
    first_error: Option<String>,
    wall_s: f64,
    /// The latency of each photo.
    latencies_us: Vec<f64>,
}

/// A running worker in any language. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct ForeignWorker {
    child: Child,
    patience: Duration,
    count: usize,
    /// Before the first download.
    idle: Option<Status>,
    warm_up_bytes: u64,
}

impl ForeignWorker {
    /// Gives the process its job, and waits until it is warm.
    pub(crate) fn in_child(child: Child, job: &Job) -> io::Result<Self> {
        let mut worker =
            Self { child, patience: job.patience(), count: job.count, idle: None, warm_up_bytes: 0 };
        worker.expect("ready", START, |answer| matches!(answer, Answer::Ready).then_some(()))?;
        worker.idle = Status::of(worker.child.id());
        let Job { url, gathering_url, in_flight, count, .. } = job;
        let job = ForeignJob { url, gathering_url, in_flight: *in_flight, count: *count };
        worker.child.say(&serde_json::to_string(&job)?)?;
        worker.warm_up_bytes = worker.expect("warm", worker.patience, |answer| match answer {
            Answer::Warm(bytes) => Some(bytes),
            _ => None,
        })?;
        Ok(worker)
    }

    /// Lets it do its job. Also returns the most threads that it was seen to have.
    pub(crate) fn go(&mut self) -> io::Result<(WorkerReport, Option<u64>)> {
        let id = self.child.id();
        let mut threads = Status::of(id).map(|status| status.threads);
        let (before, started) = (Usage::of(id)?, Instant::now());
        self.child.say(GO)?;
        let done = self.child.hear_while(self.patience, LOOK, |pid| {
            threads = threads.max(Status::of(pid).map(|status| status.threads));
        })?;
        answer("done", &done, |answer| matches!(answer, Answer::Done).then_some(()))?;
        // The process now waits for the next command.
        let (took, usage) = (started.elapsed(), Usage::of(id)?.since(before));
        let peak = Status::of(id);

        self.child.say(REPORT)?;
        let report = self.expect("report", self.patience, |answer| match answer {
            Answer::Report(report) => Some(report),
            _ => None,
        })?;
        report.check(self.count, took).map_err(io::Error::other)?;
        let ForeignReport { bytes, errors, first_error, wall_s, latencies_us } = report;
        let latencies: Vec<_> =
            latencies_us.iter().map(|micros| Duration::from_secs_f64(micros / 1e6)).collect();
        let latencies: Latencies = latencies.iter().collect();
        let report = WorkerReport {
            bytes,
            warm_up_bytes: self.warm_up_bytes,
            errors,
            first_error,
            wall_s,
            usage,
            latencies: latencies.percentiles(),
            histogram: latencies.encode(),
            paced: None,
            peak_kib: self.idle.zip(peak).map(|(idle, peak)| peak.peak_kib.saturating_sub(idle.resident_kib)),
            allocations: None,
        };
        Ok((report, threads))
    }

    /// Lets it end by itself; returns its error output.
    pub(crate) fn end(self) -> io::Result<String> {
        self.child.end(self.patience)
    }

    fn expect<T>(
        &mut self,
        name: &str,
        limit: Duration,
        wanted: impl FnOnce(Answer) -> Option<T>,
    ) -> io::Result<T> {
        answer(name, &self.child.hear(limit)?, wanted)
    }
}

impl ForeignReport {
    /// Whether the figures can be true, when the bench has seen `count` downloads take `took`.
    fn check(&self, count: usize, took: Duration) -> Result<(), String> {
        let Self { errors, wall_s, latencies_us, .. } = self;
        let took_s = took.as_secs_f64();
        if latencies_us.len() + errors != count {
            return Err(format!(
                "the worker reports {} latencies and {errors} errors of {count} downloads",
                latencies_us.len()
            ));
        }
        if !(0.0..=took_s).contains(wall_s) || *wall_s == 0.0 {
            return Err(format!("the worker reports {wall_s} s for a round of {took_s:.3} s"));
        }
        match latencies_us.iter().find(|micros| !(0.0..=took_s * 1e6).contains(*micros)) {
            Some(micros) => Err(format!("the worker reports a latency of {micros} µs in {took_s:.3} s")),
            None => Ok(()),
        }
    }
}

/// The content of a line that must be the answer called `name`.
fn answer<T>(name: &str, line: &str, wanted: impl FnOnce(Answer) -> Option<T>) -> io::Result<T> {
    let answer = match serde_json::from_str(line) {
        Ok(Answer::Failed(reason)) => return Err(io::Error::other(reason)),
        Ok(answer) => wanted(answer),
        Err(_) => None,
    };
    answer.ok_or_else(|| {
        let excerpt: String = line.chars().take(EXCERPT).collect();
        io::Error::other(format!("the worker printed {excerpt:?} instead of {name:?}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_cannot_be_true_is_refused() {
        let report = |errors, wall_s, latencies_us: &[f64]| {
            let latencies_us = latencies_us.to_vec();
            let report = ForeignReport { bytes: 1, errors, first_error: None, wall_s, latencies_us };
            report.check(2, Duration::from_secs(1))
        };
        assert_eq!(report(0, 0.9, &[5.0, 6.0]), Ok(()));
        assert_eq!(report(1, 0.9, &[5.0]), Ok(()));
        for (refused, why) in [
            (report(0, 0.9, &[5.0]), "1 latencies and 0 errors of 2"),
            (report(0, 1.1, &[5.0, 6.0]), "1.1 s for a round of 1.000 s"),
            (report(0, 0.0, &[5.0, 6.0]), "0 s for a round"),
            (report(0, f64::NAN, &[5.0, 6.0]), "NaN s"),
            (report(0, 0.9, &[5.0, -6.0]), "a latency of -6 µs"),
            (report(0, 0.9, &[5.0, 2e6]), "a latency of 2000000 µs"),
        ] {
            assert!(refused.clone().unwrap_err().contains(why), "{refused:?}");
        }
    }
}
