//! One cell, once: a fresh server, a fresh worker, and the proof that the work was the same as everyone's.

use std::io;

use serde::{Deserialize, Serialize};

use crate::allocations::Allocations;
use crate::child::Child;
use crate::cores::Split;
use crate::entrant::Entrant;
use crate::percentiles::Latencies;
use crate::plan::{Source, Workload};
use crate::role::Role;
use crate::server::{Counters, Server};
use crate::worker::{Job, Outcome, Paced, Worker};

/// Heads of replies are not longer.
const MAX_REPLY_HEAD: u64 = 1024;

/// What was measured in one round.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Figures {
    pub(crate) wall_s: f64,
    pub(crate) downloads_per_s: f64,
    /// User and system, of the whole client.
    pub(crate) cpu_us_per_download: f64,
    pub(crate) cpu_user_us_per_download: f64,
    pub(crate) cpu_system_us_per_download: f64,
    /// Threads that had to wait.
    pub(crate) voluntary_switches_per_download: f64,
    /// Threads that had to make room.
    pub(crate) involuntary_switches_per_download: f64,
    /// Unknown of a server that is not ours.
    pub(crate) server_cpu_us_per_download: Option<f64>,
    pub(crate) p50_us: f64,
    pub(crate) p90_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) p999_us: f64,
    pub(crate) max_us: f64,
    /// The peak above the idle client, for each download in flight. Unknown where there is no `/proc`.
    pub(crate) rss_kib_per_in_flight: Option<f64>,
    /// The most threads that were seen. Unknown where there is no `/proc`.
    pub(crate) threads_max: Option<u64>,
}

/// One round of one cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trial {
    pub(crate) bytes: u64,
    pub(crate) errors: usize,
    pub(crate) first_error: Option<String>,
    pub(crate) figures: Figures,
    pub(crate) latencies: Latencies,
    /// Of an open loop.
    pub(crate) paced: Option<Paced>,
    pub(crate) allocations: Option<Allocations>,
    /// What the server has counted, from the worker's start to its end.
    pub(crate) served: Option<Served>,
}

/// The work as the server saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Served {
    pub(crate) connections: u64,
    /// Of what was measured.
    pub(crate) requests: u64,
    /// Heads and bodies of what was measured.
    pub(crate) bytes: u64,
}

impl Trial {
    /// # Errors
    ///
    /// Why the cell has no figures: it could not run, or it did not do what all others do.
    pub(crate) fn run(workload: &Workload, entrant: Entrant, split: &Split) -> io::Result<Self> {
        Self::run_by(workload, entrant, split, || Role::Worker.start(&split.client))
    }

    /// The same, by a worker that is started otherwise.
    pub(crate) fn run_by(
        workload: &Workload,
        entrant: Entrant,
        split: &Split,
        start: impl FnOnce() -> io::Result<Child>,
    ) -> io::Result<Self> {
        match &workload.source {
            Source::Embedded { bytes, delay_ms } => {
                embedded(workload, *bytes, *delay_ms, entrant, split, start)
            }
            Source::Url(url) => elsewhere(workload, url, entrant, start),
        }
    }

    fn new(
        workload: &Workload,
        outcome: Outcome,
        threads: Option<u64>,
        server_cpu_us: Option<u64>,
    ) -> io::Result<Self> {
        let started = outcome.started(workload);
        let Outcome { errors, first_error, wall_s, usage, latencies, peak_kib, paced, .. } = outcome;
        let each = |total: f64| total / started.max(1) as f64;
        let figures = Figures {
            wall_s,
            downloads_per_s: (started - errors) as f64 / wall_s,
            cpu_us_per_download: each(usage.cpu_s() * 1e6),
            cpu_user_us_per_download: each(usage.user_s * 1e6),
            cpu_system_us_per_download: each(usage.system_s * 1e6),
            voluntary_switches_per_download: each(usage.voluntary_switches as f64),
            involuntary_switches_per_download: each(usage.involuntary_switches as f64),
            server_cpu_us_per_download: server_cpu_us.map(|micros| each(micros as f64)),
            p50_us: latencies.p50,
            p90_us: latencies.p90,
            p99_us: latencies.p99,
            p999_us: latencies.p999,
            max_us: latencies.max,
            rss_kib_per_in_flight: peak_kib.map(|kib| kib as f64 / workload.in_flight as f64),
            threads_max: threads,
        };
        let bytes = outcome.warm_up_bytes / (2 * workload.in_flight as u64);
        let latencies = Latencies::decode(&outcome.histogram)?;
        let allocations = outcome.allocations;
        Ok(Self { bytes, errors, first_error, figures, latencies, paced, allocations, served: None })
    }
}

impl Outcome {
    /// How many downloads were started; of an open loop, not all are.
    fn started(&self, workload: &Workload) -> usize {
        workload.count - self.paced.map_or(0, |paced| paced.skipped)
    }
}

fn embedded(
    workload: &Workload,
    bytes: u64,
    delay_ms: u64,
    entrant: Entrant,
    split: &Split,
    start: impl FnOnce() -> io::Result<Child>,
) -> io::Result<Trial> {
    let mut server = Server::start(&split.server)?;
    // Time enough for even a thread for each to be started, so that all connections are made at once.
    let in_flight = workload.in_flight as u64;
    let slow_ms = delay_ms + 20 + in_flight.min(256) + in_flight / 8;
    let urls = (server.photo_url(bytes, delay_ms), server.photo_url(bytes, slow_ms));
    let mut worker = Worker::in_child(start()?, &workload.job(entrant, urls))?;
    let warm_up = server.reset()?;
    let (outcome, threads) = worker.go()?;
    let done = server.counters()?;

    if outcome.errors == 0 {
        prove_equal_work(workload, entrant, bytes, warm_up, done, &outcome).map_err(io::Error::other)?;
    }
    let connections = warm_up.connections + done.connections;
    let work = Served { connections, requests: done.requests, bytes: done.bytes_sent };
    let trial = Trial::new(workload, outcome, threads, Some(done.cpu_us))?;
    Ok(Trial { served: Some(work), ..trial })
}

fn elsewhere(
    workload: &Workload,
    url: &str,
    entrant: Entrant,
    start: impl FnOnce() -> io::Result<Child>,
) -> io::Result<Trial> {
    let mut worker = Worker::in_child(start()?, &workload.job(entrant, (url.into(), url.into())))?;
    let (outcome, threads) = worker.go()?;
    let (measured, warm_up) = (outcome.started(workload) as u64, 2 * workload.in_flight as u64);
    if outcome.errors == 0 && outcome.bytes * warm_up != outcome.warm_up_bytes * measured {
        return Err(io::Error::other("the downloads were not all of the same size"));
    }
    Trial::new(workload, outcome, threads, None)
}

/// Requests and bytes as asked for, over no more connections than downloads in flight since the worker's start, but
/// from whoever keeps none.
fn prove_equal_work(
    workload: &Workload,
    entrant: Entrant,
    bytes: u64,
    warm_up: Counters,
    done: Counters,
    outcome: &Outcome,
) -> Result<(), String> {
    let (count, in_flight) = (outcome.started(workload) as u64, workload.in_flight as u64);
    if count == 0 {
        return Err("nothing was downloaded".into());
    }
    let Counters { requests, bytes_sent: sent, .. } = done;
    let connections = warm_up.connections + done.connections;
    let head = (sent / count).saturating_sub(bytes);
    let unequal =
        |what: &str, is: u64, should: u64| Err(format!("unequal work: {what}: {is} instead of {should}"));
    if requests != count {
        unequal("requests", requests, count)
    } else if outcome.bytes != count * bytes {
        unequal("bytes of photos", outcome.bytes, count * bytes)
    } else if !sent.is_multiple_of(count) || !(1..=MAX_REPLY_HEAD).contains(&head) {
        unequal("bytes sent", sent, count * (bytes + head))
    } else if entrant.keeps_connections() && connections > in_flight {
        unequal("connections", connections, in_flight)
    } else if done.max_open_requests > in_flight {
        unequal("requests at once", done.max_open_requests, in_flight)
    } else {
        Ok(())
    }
}

impl Workload {
    pub(crate) fn job(&self, entrant: Entrant, (url, warm_up_url): (String, String)) -> Job {
        let style = entrant.name().into();
        let Self { in_flight, count, pace, .. } = *self;
        Job { style, url, warm_up_url, in_flight, count, pace, burden_percent: 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Usage;

    fn workload() -> Workload {
        Workload::closed(Source::Embedded { bytes: 1000, delay_ms: 0 }, 4, 10)
    }

    fn outcome() -> Outcome {
        Outcome {
            bytes: 10_000,
            warm_up_bytes: 8_000,
            errors: 0,
            first_error: None,
            wall_s: 0.5,
            usage: Usage { user_s: 0.0004, system_s: 0.0006, voluntary_switches: 20, ..Usage::default() },
            latencies: Latencies::none().percentiles(),
            histogram: Latencies::none().encode(),
            paced: None,
            peak_kib: Some(100),
            allocations: None,
        }
    }

    #[test]
    fn figures_are_per_download() {
        let trial = Trial::new(&workload(), outcome(), Some(3), Some(50)).unwrap();
        assert_eq!((trial.bytes, trial.errors), (1000, 0));
        let Figures { downloads_per_s, cpu_us_per_download, .. } = trial.figures;
        assert!((downloads_per_s - 20.0).abs() < 1e-9 && (cpu_us_per_download - 100.0).abs() < 1e-9);
        assert!((trial.figures.voluntary_switches_per_download - 2.0).abs() < 1e-9);
        assert_eq!(trial.figures.server_cpu_us_per_download, Some(5.0));
        assert_eq!(trial.figures.rss_kib_per_in_flight, Some(25.0));
    }

    #[test]
    fn unequal_work_is_found_out() {
        let warm_up =
            Counters { connections: 4, requests: 8, bytes_sent: 8_800, max_open_requests: 4, cpu_us: 1 };
        let done =
            Counters { connections: 0, requests: 10, bytes_sent: 11_000, max_open_requests: 4, cpu_us: 2 };
        let proof = |done| prove_equal_work(&workload(), Entrant::Floor, 1000, warm_up, done, &outcome());
        assert_eq!(proof(done), Ok(()));
        for (what, unequal) in [
            ("requests: 11 instead of 10", Counters { requests: 11, ..done }),
            ("bytes sent", Counters { bytes_sent: 11_001, ..done }),
            ("connections: 5 instead of 4", Counters { connections: 1, ..done }),
            ("requests at once: 6 instead of 4", Counters { max_open_requests: 6, ..done }),
        ] {
            assert!(proof(unequal).unwrap_err().contains(what));
        }
        #[cfg(feature = "peers")]
        {
            let one_each = Counters { connections: 10, ..done };
            let proof = |entrant: &str| {
                let entrant = entrant.parse().unwrap();
                prove_equal_work(&workload(), entrant, 1000, warm_up, one_each, &outcome())
            };
            assert_eq!(proof("attohttpc"), Ok(()));
            assert!(proof("reqwest").is_err());
        }
        let nine = Counters { requests: 9, bytes_sent: 9_900, ..done };
        let paced = Paced { uncorrected: outcome().latencies, late: 2, skipped: 1 };
        let skipped = Outcome { bytes: 9_000, paced: Some(paced), ..outcome() };
        assert_eq!(prove_equal_work(&workload(), Entrant::Floor, 1000, warm_up, nine, &skipped), Ok(()));
        let fewer = Outcome { bytes: 9_999, ..outcome() };
        assert!(prove_equal_work(&workload(), Entrant::Floor, 1000, warm_up, done, &fewer).is_err());
    }
}
