//! A worker and its server, both fresh, and the proof that the work was the same as everyone's.

use std::io;
use std::mem;

use crate::clients::subject::Subject;
use crate::load::workload::{Source, Workload};
use crate::process::job::Job;
use crate::process::report::WorkerReport;
use crate::process::server::{Counters, Server, Setup};
use crate::process::worker::Worker;
use crate::system::child::Child;
use crate::system::placement::CorePlacement;

/// Heads of replies are not longer.
const MAX_REPLY_HEAD: u64 = 1024;

/// A worker that has warmed up on its server.
#[derive(Debug)]
pub(crate) struct Session {
    /// The work of each slice.
    workload: Workload,
    worker: Worker,
    /// `None` if the server is the user's.
    served_by: Option<OwnServer>,
}

/// A server whose counters are known.
#[derive(Debug)]
struct OwnServer {
    server: Server,
    /// The size of each photo.
    bytes: u64,
    /// Its event loops.
    loops: usize,
    /// All connections since the start.
    connections: u64,
    /// Those of them that no result has counted yet.
    uncounted: u64,
}

/// The work of one server and its worker.
#[derive(Clone, Debug)]
pub(crate) struct SessionResult {
    pub(crate) outcome: WorkerReport,
    /// The most that the worker was seen to have.
    pub(crate) threads: Option<u64>,
    /// `None` if the server is the user's, as for its CPU.
    pub(crate) served: Option<ServerCounts>,
    pub(crate) server_cpu_us: Option<u64>,
}

/// The work as the server saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServerCounts {
    pub(crate) connections: u64,
    /// The requests since the warm-up.
    pub(crate) requests: u64,
    /// Those of them in leads: a client may need more until all of its threads or tasks have begun.
    pub(crate) in_leads: u64,
    /// Heads and bodies of the replies to them.
    pub(crate) bytes: u64,
}

impl Session {
    /// Starts a session whose worker is `child`.
    pub(crate) fn start(
        workload: Workload,
        subject: Subject,
        placement: &CorePlacement,
        child: Child,
    ) -> io::Result<Self> {
        let (bytes, delay_ms) = match &workload.source {
            Source::Embedded { bytes, delay_ms } => (*bytes, *delay_ms),
            Source::Url(url) => {
                let worker =
                    Worker::in_child(child, &Job::new(&workload, subject, (url.clone(), url.clone())))?;
                return Ok(Self { workload, worker, served_by: None });
            }
        };
        let loops = placement.server_loops(workload.client_cores);
        let cores = placement.server_cores(workload.client_cores);
        let mut server = Server::start_with(&cores, &Setup { loops, ..Setup::default() })?;
        let tls = workload.transport.tls;
        let urls = server.urls(bytes, delay_ms, workload.in_flight, tls);
        let job = Job { https: tls.then(|| server.https().clone()), ..Job::new(&workload, subject, urls) };
        let worker = Worker::in_child(child, &job)?;
        let connections = server.reset()?.connections;
        let served_by = Some(OwnServer { server, bytes, loops, connections, uncounted: connections });
        Ok(Self { workload, worker, served_by })
    }

    /// Lets the worker do its job, once more.
    ///
    /// # Errors
    ///
    /// Also if it did not do what all others do.
    pub(crate) fn go(&mut self) -> io::Result<SessionResult> {
        let Self { workload, worker, served_by } = self;
        let (outcome, threads) = worker.go()?;
        let Some(OwnServer { server, bytes, loops, connections, uncounted }) = served_by else {
            check_sizes(workload, &outcome)?;
            return Ok(SessionResult { outcome, threads, served: None, server_cpu_us: None });
        };
        let done = server.reset()?;
        *connections += done.connections;
        if outcome.errors == 0 {
            prove_equal_work(workload, *bytes, *loops, *connections, done, &outcome)
                .map_err(io::Error::other)?;
        }
        let served = ServerCounts {
            connections: mem::take(uncounted) + done.connections,
            requests: done.requests,
            in_leads: outcome.in_leads as u64,
            bytes: done.bytes_sent,
        };
        Ok(SessionResult { outcome, threads, served: Some(served), server_cpu_us: Some(done.cpu_us) })
    }
}

impl SessionResult {
    /// The work of two pairs at the same time.
    pub(crate) fn and(self, other: Self) -> Self {
        let threads = self.threads.zip(other.threads).map(|(one, other)| one + other);
        let (served, server_cpu_us) = self.served_with(&other);
        Self { outcome: self.outcome.and(other.outcome), threads, served, server_cpu_us }
    }

    /// The work of one pair in two slices.
    pub(crate) fn then(self, next: Self) -> Self {
        let threads = self.threads.max(next.threads);
        let (served, server_cpu_us) = self.served_with(&next);
        Self { outcome: self.outcome.then(next.outcome), threads, served, server_cpu_us }
    }

    fn served_with(&self, other: &Self) -> (Option<ServerCounts>, Option<u64>) {
        let served = self.served.zip(other.served).map(|(one, other)| one.and(other));
        (served, self.server_cpu_us.zip(other.server_cpu_us).map(|(one, other)| one + other))
    }
}

impl ServerCounts {
    fn and(self, other: Self) -> Self {
        Self {
            connections: self.connections + other.connections,
            requests: self.requests + other.requests,
            in_leads: self.in_leads + other.in_leads,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// Checks that all photos of a server without counters have the same size.
fn check_sizes(workload: &Workload, outcome: &WorkerReport) -> io::Result<()> {
    let (requested, warm_up) = (outcome.requested(workload) as u64, workload.in_flight as u64);
    if outcome.errors == 0 && outcome.bytes * warm_up != outcome.warm_up_bytes * requested {
        return Err(io::Error::other("the downloads were not all of the same size"));
    }
    Ok(())
}

/// Checks requests, bytes and connections. There are no more connections since the worker's start than downloads in
/// flight. If none may be kept, there is one for each request. Each event loop but one may count a request before another
/// loop has counted the end of the one before it.
fn prove_equal_work(
    workload: &Workload,
    bytes: u64,
    loops: usize,
    connections: u64,
    done: Counters,
    outcome: &WorkerReport,
) -> Result<(), String> {
    let (count, in_flight) = (outcome.requested(workload) as u64, workload.in_flight as u64);
    if count == 0 {
        return Err("nothing was downloaded".into());
    }
    let Counters { requests, bytes_sent: sent, .. } = done;
    let head = (sent / count).saturating_sub(bytes);
    let unequal =
        |what: &str, is: u64, should: u64| Err(format!("unequal work: {what}: {is} instead of {should}"));
    if requests != count {
        unequal("requests", requests, count)
    } else if outcome.bytes != count * bytes {
        unequal("bytes of photos", outcome.bytes, count * bytes)
    } else if !sent.is_multiple_of(count) || !(1..=MAX_REPLY_HEAD).contains(&head) {
        unequal("bytes sent", sent, count * (bytes + head))
    } else if workload.transport.fresh && done.connections != count {
        unequal("connections", done.connections, count)
    } else if !workload.transport.fresh && connections > in_flight {
        unequal("connections", connections, in_flight)
    } else if done.max_open_requests > in_flight + loops as u64 - 1 {
        unequal("requests at once", done.max_open_requests, in_flight)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::paced::OpenLoopStats;
    use crate::process::report::tests::{outcome, workload};
    use crate::record::load::Transport;

    #[test]
    fn unequal_work_is_found_out() {
        let done =
            Counters { connections: 0, requests: 10, bytes_sent: 11_000, max_open_requests: 4, cpu_us: 2 };
        let proof =
            |done: Counters| prove_equal_work(&workload(), 1000, 1, 4 + done.connections, done, &outcome());
        assert_eq!(proof(done), Ok(()));
        for (what, unequal) in [
            ("requests: 11 instead of 10", Counters { requests: 11, ..done }),
            ("bytes sent", Counters { bytes_sent: 11_001, ..done }),
            ("connections: 5 instead of 4", Counters { connections: 1, ..done }),
            ("requests at once: 6 instead of 4", Counters { max_open_requests: 6, ..done }),
        ] {
            assert!(proof(unequal).unwrap_err().contains(what));
        }
        let five = Counters { max_open_requests: 5, ..done };
        assert!(prove_equal_work(&workload(), 1000, 1, 4, five, &outcome()).is_err());
        assert_eq!(prove_equal_work(&workload(), 1000, 2, 4, five, &outcome()), Ok(()));
        let fresh = Workload { transport: Transport { fresh: true, tls: false }, ..workload() };
        let proof = |connections| {
            let done = Counters { connections, ..done };
            prove_equal_work(&fresh, 1000, 1, 4 + connections, done, &outcome())
        };
        assert_eq!(proof(10), Ok(()));
        assert!(proof(9).unwrap_err().contains("connections: 9 instead of 10"));
        let nine = Counters { requests: 9, bytes_sent: 9_900, ..done };
        let paced = OpenLoopStats { uncorrected: outcome().latencies.percentiles(), late: 2, skipped: 1 };
        let skipped = WorkerReport { bytes: 9_000, paced: Some(paced), ..outcome() };
        assert_eq!(prove_equal_work(&workload(), 1000, 1, 4, nine, &skipped), Ok(()));
        let fourteen = Counters { requests: 14, bytes_sent: 15_400, ..done };
        let with_leads = WorkerReport { bytes: 14_000, in_leads: 4, ..outcome() };
        assert_eq!(prove_equal_work(&workload(), 1000, 1, 4, fourteen, &with_leads), Ok(()));
        let fewer = WorkerReport { bytes: 9_999, ..outcome() };
        assert!(prove_equal_work(&workload(), 1000, 1, 4, done, &fewer).is_err());
    }
}
