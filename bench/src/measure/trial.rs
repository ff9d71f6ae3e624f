//! One round of a cell: a fresh server, a fresh worker, and the proof of equal work.

use std::io;
use std::mem;
use std::thread;
use std::time::Instant;

use crate::clients::subject::Subject;
use crate::load::paced::OpenLoopStats;
use crate::load::workload::Workload;
use crate::measure::session::{ServerCounts, Session, SessionResult};
use crate::process::report::WorkerReport;
use crate::process::worker::Worker;
use crate::record::figures::Figures;
use crate::stats::latency::Latencies;
use crate::system::allocations::Allocations;
use crate::system::child::Child;
use crate::system::core_time::CoreTime;
use crate::system::cpu_set::CpuSet;
use crate::system::limits;
use crate::system::placement::CorePlacement;
use crate::system::quota;

/// With fewer downloads in flight, most memory is what any number of them needs.
const FEWEST_FOR_MEMORY: usize = 256;

/// The result of one round of one cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trial {
    pub(crate) bytes: u64,
    pub(crate) errors: usize,
    pub(crate) first_error: Option<String>,
    pub(crate) figures: Figures,
    pub(crate) latencies: Latencies,
    /// The figures of an open loop.
    pub(crate) paced: Option<OpenLoopStats>,
    pub(crate) allocations: Option<Allocations>,
    /// Event loops of the server.
    pub(crate) server_loops: usize,
    /// The number of times that a CPU quota made the processes wait.
    pub(crate) throttled: u64,
    /// The time of the client's cores that went to others, in seconds.
    pub(crate) taken_s: f64,
    /// The duration of all slices, in seconds: also before and after what is measured.
    pub(crate) took_s: f64,
    /// The server's counts from the worker's start to its end.
    pub(crate) served: Option<ServerCounts>,
}

impl Trial {
    /// A round of one cell alone.
    ///
    /// # Errors
    ///
    /// Why the cell has no figures: it could not run, or it did not do what all others do.
    pub(crate) fn run(workload: &Workload, subject: Subject, placement: &CorePlacement) -> io::Result<Self> {
        let cores = placement.client_cores(workload.client_cores);
        Self::run_by(workload, subject, placement, || Worker::process(subject, &cores))
    }

    /// The same, by a worker that is started otherwise.
    pub(crate) fn run_by(
        workload: &Workload,
        subject: Subject,
        placement: &CorePlacement,
        start: impl Fn() -> io::Result<Child>,
    ) -> io::Result<Self> {
        let mut slices = Slices::start(workload, subject, placement, start)?;
        for _ in 0..workload.slices() {
            slices.go();
        }
        slices.trial()
    }

    fn new(
        workload: &Workload,
        outcome: WorkerReport,
        threads: Option<u64>,
        server_cpu_us_per_download: Option<f64>,
    ) -> Self {
        let started = outcome.started(workload);
        let WorkerReport { errors, first_error, wall_s, usage, latencies, peak_kib, paced, .. } = outcome;
        let each = |total: f64| total / started.max(1) as f64;
        let downloads_per_s = (started - errors) as f64 / wall_s;
        let figures = Figures {
            wall_s,
            downloads_per_s,
            in_flight_mean: downloads_per_s * latencies.mean_s(),
            cpu_us_per_download: each(usage.cpu_s() * 1e6),
            cpu_user_us_per_download: each(usage.user_s * 1e6),
            cpu_system_us_per_download: each(usage.system_s * 1e6),
            voluntary_switches_per_download: each(usage.voluntary_switches as f64),
            involuntary_switches_per_download: each(usage.involuntary_switches as f64),
            server_cpu_us_per_download,
            latency: latencies.percentiles(),
            rss_kib_per_in_flight: peak_kib
                .filter(|_| workload.in_flight >= FEWEST_FOR_MEMORY)
                .map(|kib| kib as f64 / workload.in_flight as f64),
            threads_max: threads,
        };
        let bytes = outcome.warm_up_bytes / workload.in_flight as u64;
        let allocations = outcome.allocations;
        Self {
            bytes,
            errors,
            first_error,
            figures,
            latencies,
            paced,
            allocations,
            server_loops: 1,
            throttled: 0,
            taken_s: 0.0,
            took_s: 0.0,
            served: None,
        }
    }
}

/// The processes of one cell, and what they have done in this round.
///
/// Several servers, each with a worker, are needed if one cannot have enough connections.
#[derive(Debug)]
pub(crate) struct Slices {
    workload: Workload,
    sessions: Vec<Session>,
    server_loops: usize,
    client_cores: CpuSet,
    throttled: u64,
    taken_s: f64,
    took_s: f64,
    done: io::Result<Option<SessionResult>>,
}

/// Whether other downloads lead in and out of the measured ones. An open loop has its own start and end. A worker in
/// another language reports all that it does.
pub(super) fn has_lead(workload: &Workload, subject: Subject) -> bool {
    workload.pace.is_none() && subject.foreign().is_none()
}

impl Slices {
    pub(crate) fn start(
        workload: &Workload,
        subject: Subject,
        placement: &CorePlacement,
        start: impl Fn() -> io::Result<Child>,
    ) -> io::Result<Self> {
        limits::check_all(workload.in_flight, subject.threads(workload.in_flight) as u64)
            .map_err(io::Error::other)?;
        let lead = if has_lead(workload, subject) { workload.in_flight } else { 0 };
        let slice = Workload { count: workload.count / workload.slices(), lead, ..workload.clone() };
        let shares = slice.shares(slice.processes());
        let sessions = shares.into_iter().map(|share| Session::start(share, subject, placement, start()?));
        let sessions = sessions.collect::<io::Result<Vec<_>>>()?;
        let server_loops = placement.server_loops(workload.client_cores);
        // The server on the same cores is no stranger.
        let client_cores = placement.is_apart().then(|| placement.client_cores(workload.client_cores));
        Ok(Self {
            workload: workload.clone(),
            sessions,
            server_loops,
            client_cores: client_cores.unwrap_or_default(),
            throttled: 0,
            taken_s: 0.0,
            took_s: 0.0,
            done: Ok(None),
        })
    }

    /// Does one slice of the work. After an error, it does nothing.
    pub(crate) fn go(&mut self) {
        let throttled = || quota::throttled("/".as_ref()).unwrap_or_default();
        let before = (throttled(), CoreTime::of(&self.client_cores), Instant::now());
        let done = mem::replace(&mut self.done, Ok(None));
        self.done = done.and_then(|done| {
            let slice = at_the_same_time(&mut self.sessions)?;
            self.took_s += before.2.elapsed().as_secs_f64();
            if let (Some(before), Some(after)) = (before.1, CoreTime::of(&self.client_cores)) {
                self.taken_s += after.taken_since(before, slice.outcome.user_s);
            }
            match done {
                None => Ok(Some(slice)),
                Some(done) => Ok(Some(done.then(slice))),
            }
        });
        self.throttled += throttled().saturating_sub(before.0);
    }

    /// The figures of all slices together.
    pub(crate) fn trial(self) -> io::Result<Trial> {
        let done = self.done?.ok_or_else(|| io::Error::other("nothing is in flight"))?;
        let SessionResult { outcome, threads, served, server_cpu_us } = done;
        let each =
            server_cpu_us.zip(served).map(|(micros, served)| micros as f64 / served.requests.max(1) as f64);
        let trial = Trial::new(&self.workload, outcome, threads, each);
        Ok(Trial {
            served,
            server_loops: self.server_loops,
            throttled: self.throttled,
            taken_s: self.taken_s,
            took_s: self.took_s,
            ..trial
        })
    }
}

fn at_the_same_time(sessions: &mut [Session]) -> io::Result<SessionResult> {
    thread::scope(|scope| {
        let running: Vec<_> = sessions.iter_mut().map(|session| scope.spawn(|| session.go())).collect();
        let mut done = running.into_iter().map(|session| session.join().expect("a session does not panic"));
        let first = done.next().unwrap_or_else(|| Err(io::Error::other("nothing is in flight")))?;
        done.try_fold(first, |all, one| Ok(all.and(one?)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::report::tests::{outcome, workload};

    impl Trial {
        /// A trial that took so long.
        pub(crate) fn of_wall(wall_s: f64) -> Self {
            Self::new(&workload(), WorkerReport { wall_s, ..outcome() }, None, None)
        }
    }

    #[test]
    fn figures_are_per_download() {
        let trial = Trial::new(&workload(), outcome(), Some(3), Some(5.0));
        assert_eq!((trial.bytes, trial.errors), (1000, 0));
        let Figures { downloads_per_s, cpu_us_per_download, .. } = trial.figures;
        assert!((downloads_per_s - 20.0).abs() < 1e-9 && (cpu_us_per_download - 100.0).abs() < 1e-9);
        assert!((trial.figures.voluntary_switches_per_download - 2.0).abs() < 1e-9);
        assert_eq!(trial.figures.server_cpu_us_per_download, Some(5.0));
        let of_memory = |in_flight| {
            let workload = Workload { in_flight, ..workload() };
            Trial::new(&workload, outcome(), None, None).figures.rss_kib_per_in_flight
        };
        assert_eq!((of_memory(400), of_memory(4)), (Some(0.25), None));
    }
}
