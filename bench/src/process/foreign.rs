//! A worker process in any language, as the bench sees it. `bench/peers/README.md` documents the lines.
//!
//! The process is not trusted with its own CPU time and memory: the bench reads both from the system.

use std::io;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;

use crate::load::workload::Workload;
use crate::process::job::{GO, Job};
use crate::process::report::WorkerReport;
use crate::system::child::Child;
use crate::system::usage::{Status, Usage};

/// Time for the program to start.
const START: Duration = Duration::from_secs(30);

/// The command to report, after the end of what is measured.
const REPORT: &str = "report";

/// The most characters of an unknown line in an error.
const EXCERPT: usize = 60;

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

/// The protocol with a process that is warm.
#[derive(Debug)]
pub(crate) struct Protocol {
    count: usize,
    /// Before the first download.
    idle: Option<Status>,
    warm_up_bytes: u64,
}

impl Protocol {
    /// Gives the process its job, and waits until it is warm and has done its job once.
    pub(crate) fn warm_up(child: &mut Child, job: &Job) -> io::Result<Self> {
        answer("ready", &child.hear(START)?, |answer| matches!(answer, Answer::Ready).then_some(()))?;
        let idle = Status::of(child.id());
        let Job { url, gathering_url, workload: Workload { in_flight, count, .. }, .. } = job;
        let order =
            json!({"url": url, "gathering_url": gathering_url, "in_flight": in_flight, "count": count});
        child.say(&order.to_string())?;
        let warm_up_bytes = answer("warm", &child.hear(job.patience())?, |answer| match answer {
            Answer::Warm(bytes) => Some(bytes),
            _ => None,
        })?;
        let protocol = Self { count: *count, idle, warm_up_bytes };
        // A just-in-time compiler works while the client does, which has no lead for that.
        protocol.go(child, job.patience())?;
        Ok(protocol)
    }

    /// Lets it do its job. Also returns the most threads that it was seen to have.
    pub(crate) fn go(
        &self,
        child: &mut Child,
        patience: Duration,
    ) -> io::Result<(WorkerReport, Option<u64>)> {
        let id = child.id();
        let idle_threads = Status::of(id).map(|status| status.threads);
        let (before, started) = (Usage::of(id)?, Instant::now());
        child.say(GO)?;
        let (done, threads) = child.hear_and_watch(patience)?;
        answer("done", &done, |answer| matches!(answer, Answer::Done).then_some(()))?;
        // The process now waits for the next command.
        let (took, usage) = (started.elapsed(), Usage::of(id)?.since(before));
        let peak = Status::of(id);

        child.say(REPORT)?;
        let report = answer("report", &child.hear(patience)?, |answer| match answer {
            Answer::Report(report) => Some(report),
            _ => None,
        })?;
        report.check(self.count, took).map_err(io::Error::other)?;
        let ForeignReport { bytes, errors, first_error, wall_s, latencies_us } = report;
        let latencies: Vec<_> =
            latencies_us.iter().map(|micros| Duration::from_secs_f64(micros / 1e6)).collect();
        let report = WorkerReport {
            bytes,
            warm_up_bytes: self.warm_up_bytes,
            in_leads: 0,
            errors,
            first_error,
            wall_s,
            usage,
            user_s: usage.user_s,
            latencies: latencies.iter().collect(),
            paced: None,
            peak_kib: Status::growth_kib(self.idle, peak),
            allocations: None,
        };
        Ok((report, threads.max(idle_threads)))
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
