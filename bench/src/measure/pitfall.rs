//! One run of one way: a fresh server, a fresh process, and the proof of the right work.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use photo_blocking::Client;
use photo_tests::Style;
use serde::{Deserialize, Serialize};

use crate::load::client::{PATIENCE, config};
use crate::load::samples::Samples;
use crate::pitfalls::{self, Fixture, Pitfall, Tally, Work};
use crate::process::role::{self, Role};
use crate::process::server::{Counters, Server, Setup};
use crate::record::pitfall::{Metric, WayFigures};
use crate::stats::latency::Latencies;
use crate::system::placement::CorePlacement;
use crate::system::usage::Usage;

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) enum Way {
    Right,
    Wrong,
}

/// The job of the process.
#[derive(Debug, Deserialize, Serialize)]
struct Job {
    pitfall: String,
    style: String,
    way: Way,
    url: String,
    other_url: String,
    root: Vec<u8>,
}

/// The outcome of the job.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Outcome {
    /// Without what the server counts.
    figures: WayFigures,
    failed: usize,
    /// The number of timed downloads, and of failed bystanders.
    timed: usize,
    others_failed: usize,
}

/// Goes one way of a pitfall.
///
/// # Errors
///
/// If it could not be done, or if the work was not what it should be.
pub(crate) fn go(
    pitfall: &Pitfall,
    style: Style,
    way: Way,
    placement: &CorePlacement,
    gallery: &Path,
) -> io::Result<WayFigures> {
    let once = || {
        let Work { photo, tls, max_connections, .. } = pitfall.work;
        let setup = Setup { max_connections, dir: Some(gallery.to_owned()), ..Setup::default() };
        let mut server = Server::start_with(&placement.server, &setup)?;
        let job = Job {
            pitfall: pitfall.name.into(),
            style: style.name().into(),
            way,
            url: server.url(photo, tls),
            // A short delay, so that the bystanders do not keep the thread busy.
            other_url: server.url("/photo?bytes=8192&delay_ms=2", false),
            root: server.https().root.clone(),
        };
        ask_once(&job)?;
        server.reset()?;
        let outcome: Outcome = Role::PitfallWorker.job(&placement.client, &job, 2 * PATIENCE)?;
        let counters = server.counters()?;
        prove(pitfall, way, &outcome, counters).map_err(io::Error::other)?;
        let Counters { connections, bytes_sent, .. } = counters;
        Ok(WayFigures { connections, bytes_sent, ..outcome.figures })
    };
    once().map_err(|error: io::Error| io::Error::new(error.kind(), format!("{way:?}: {error}")))
}

/// Requests each photo once: making it must not count as latency.
fn ask_once(job: &Job) -> io::Result<()> {
    let config = config(1).root_certificate(job.root.clone());
    let client = Client::new(config).map_err(io::Error::other)?;
    for url in [&job.url, &job.other_url] {
        client.download(url).map_err(io::Error::other)?;
    }
    Ok(())
}

/// Checks that all photos arrived, on both ways; only a refusing server may withhold some on the wrong one.
fn prove(pitfall: &Pitfall, way: Way, outcome: &Outcome, done: Counters) -> Result<(), String> {
    let Work { count, others, max_connections, .. } = pitfall.work;
    let Outcome { figures: WayFigures { photos, .. }, failed, timed, others_failed } = *outcome;
    let may_fail = way == Way::Wrong && max_connections.is_some();
    let timed_should = if pitfall.hurts == Metric::P99 { to_be_timed(pitfall) } else { timed };
    let requests = usize::try_from(done.requests).unwrap_or(usize::MAX);
    let all = [
        ("downloads that failed", failed, if may_fail { failed } else { 0 }),
        ("downloads", photos + failed, count),
        ("innocent downloads that failed", others_failed, 0),
        ("timed downloads", timed, timed_should),
        ("requests", requests, count + others - failed),
    ];
    match all.into_iter().find(|(_, is, should)| is != should) {
        Some((what, is, should)) => Err(format!("{what}: {is} instead of {should}")),
        None => Ok(()),
    }
}

/// Without bystanders, the downloads of the way are timed.
fn to_be_timed(pitfall: &Pitfall) -> usize {
    let Work { count, others, .. } = pitfall.work;
    if others > 0 { others } else { count }
}

/// The process that goes one way.
pub(crate) fn walk() -> io::Result<()> {
    role::answer_one(done)
}

fn done(job: Job) -> io::Result<Outcome> {
    let pitfall = pitfalls::ALL.into_iter().find(|pitfall| pitfall.name == job.pitfall);
    let pitfall = pitfall.ok_or_else(|| io::Error::other("there is no such pitfall"))?;
    let ways = pitfall.styles.iter().find(|(style, _)| style.name() == job.style);
    let (_, ways) = ways.ok_or_else(|| io::Error::other("this style does not have this pitfall"))?;

    let fixture = Fixture {
        // The pool is large enough for every connection.
        config: config(pitfall.work.count + pitfall.work.others).root_certificate(job.root),
        urls: vec![job.url; pitfall.work.count],
        other_url: (pitfall.work.others > 0).then_some(job.other_url),
        timed: Samples::new(to_be_timed(&pitfall)),
        tally: Arc::new(Tally::default()),
    };
    let (started, before) = (Instant::now(), Usage::so_far());
    match job.way {
        Way::Right => (ways.right)(&fixture),
        Way::Wrong => (ways.wrong)(&fixture),
    }
    let (wall, used) = (started.elapsed(), Usage::so_far().since(before));

    let sample = fixture.timed.sample();
    let figures = WayFigures {
        p99_ms: sample.latencies.iter().collect::<Latencies>().percentiles().p99_us / 1e3,
        time_ms: wall.as_secs_f64() * 1e3,
        cpu_ms: used.cpu_s() * 1e3,
        photos: fixture.tally.came(),
        connections: 0,
        bytes_sent: 0,
    };
    let (timed, others_failed) = (sample.latencies.len(), sample.errors.len());
    Ok(Outcome { figures, failed: fixture.tally.failed(), timed, others_failed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::pitfall::tests::way;

    fn pitfall(hurts: Metric) -> Pitfall {
        pitfalls::ALL.into_iter().find(|pitfall| pitfall.hurts == hurts).unwrap()
    }

    fn outcome(pitfall: &Pitfall, photos: usize) -> (Outcome, Counters) {
        let figures = WayFigures { photos, ..way(1.0, 0) };
        let outcome = Outcome { figures, failed: 0, timed: to_be_timed(pitfall), others_failed: 0 };
        let requests = (pitfall.work.count + pitfall.work.others) as u64;
        (outcome, Counters { connections: 1, requests, bytes_sent: 1, max_open_requests: 1, cpu_us: 1 })
    }

    #[test]
    fn less_work_is_found_out() {
        let pitfall = pitfall(Metric::P99);
        let count = pitfall.work.count;
        let (all, done) = outcome(&pitfall, count);
        assert_eq!(prove(&pitfall, Way::Wrong, &all, done), Ok(()));
        let fewer = Counters { requests: done.requests - 1, ..done };
        assert!(prove(&pitfall, Way::Wrong, &all, fewer).unwrap_err().starts_with("requests"));
        let lost = outcome(&pitfall, count - 1).0;
        assert!(prove(&pitfall, Way::Wrong, &lost, done).unwrap_err().starts_with("downloads: "));
        for (wrong, why) in [
            (Outcome { failed: 1, ..lost }, "downloads that failed: 1"),
            (Outcome { others_failed: 1, ..all }, "innocent"),
            (Outcome { timed: 0, ..all }, "timed"),
        ] {
            assert!(prove(&pitfall, Way::Wrong, &wrong, done).unwrap_err().starts_with(why));
        }
    }

    #[test]
    fn only_the_wrong_way_may_be_refused() {
        let pitfall = pitfall(Metric::Photos);
        let (came, done) = outcome(&pitfall, pitfall.work.count - 5);
        let refused = Outcome { failed: 5, ..came };
        let done = Counters { requests: done.requests - 5, ..done };
        assert_eq!(prove(&pitfall, Way::Wrong, &refused, done), Ok(()));
        assert!(prove(&pitfall, Way::Right, &refused, done).is_err());
    }
}
