//! One contender at work, in a process of its own: both ends of the line to it.
//!
//! A worker is given its job, warms up, says so, and waits for the word; so the server's counters can be read on both
//! sides of what is measured, and of nothing else.

use std::io::{self, BufRead};
use std::time::{Duration, Instant};

use photo_tests::{Sample, Samples};
use serde::{Deserialize, Serialize};

use crate::child::Child;
use crate::cores::Cores;
use crate::entrant::{Entrant, PATIENCE};
use crate::limits;
use crate::percentiles::Percentiles;
use crate::role::Role;
use crate::usage::{Status, cpu_time};

/// How often a worker is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// The word to begin.
const GO: &str = "go";

/// What a worker has to do.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Job {
    /// The name of an [`Entrant`].
    pub(crate) style: String,
    pub(crate) url: String,
    /// The same photo, served so slowly that all `in_flight` are really under way at once. So each connection is
    /// made before anything is measured.
    pub(crate) warm_up_url: String,
    pub(crate) in_flight: usize,
    pub(crate) count: usize,
}

/// What a worker has measured.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Outcome {
    /// Of all photos measured.
    pub(crate) bytes: u64,
    /// Of all photos of the warm-up, as many as were in flight, twice.
    pub(crate) warm_up_bytes: u64,
    pub(crate) errors: usize,
    pub(crate) first_error: Option<String>,
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: f64,
    pub(crate) latencies: Percentiles,
    /// The most resident memory there ever was, above that of the client before its first download.
    pub(crate) peak_kib: Option<u64>,
}

#[derive(Debug, Deserialize, Serialize)]
enum Message {
    Warm,
    Done(Outcome),
    Failed(String),
}

/// A worker process. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    patience: Duration,
}

impl Worker {
    /// Starts one, and waits until it is warm.
    pub(crate) fn start(cores: &Cores, job: &Job) -> io::Result<Self> {
        let mut child = Role::Worker.start(cores)?;
        child.say(&serde_json::to_string(job)?)?;
        // Who hangs lets its downloads time out, one after the other.
        let patience =
            2 * PATIENCE + Duration::from_millis(10) * u32::try_from(job.count).unwrap_or(u32::MAX);
        let mut worker = Self { child, patience };
        match worker.hear(|_| ())? {
            Message::Warm => Ok(worker),
            other => Err(other.unexpected()),
        }
    }

    /// Lets it do its job. Also returns the most threads that it was seen to have.
    pub(crate) fn go(mut self) -> io::Result<(Outcome, Option<u64>)> {
        self.child.say(GO)?;
        let mut threads = None;
        let outcome = self.hear(|pid| threads = threads.max(Status::of(pid).map(|status| status.threads)))?;
        match outcome {
            Message::Done(outcome) => Ok((outcome, threads)),
            other => Err(other.unexpected()),
        }
    }

    fn hear(&mut self, look: impl FnMut(u32)) -> io::Result<Message> {
        Ok(serde_json::from_str(&self.child.hear_while(self.patience, LOOK, look)?)?)
    }
}

impl Message {
    fn unexpected(self) -> io::Error {
        match self {
            Self::Failed(reason) => io::Error::other(reason),
            Self::Warm | Self::Done(_) => io::Error::other("the worker got confused"),
        }
    }

    fn send(&self) -> io::Result<()> {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }
}

/// The other end.
pub(crate) fn work() -> io::Result<()> {
    let mut orders = io::stdin().lock().lines();
    let mut order = || orders.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()));
    let job: Job = serde_json::from_str(&order()?)?;
    let wait_for_word = || {
        Message::Warm.send()?;
        match order()?.as_str() {
            GO => Ok(()),
            other => Err(io::Error::other(format!("no word is {other:?}"))),
        }
    };
    match measure(&job, wait_for_word) {
        Ok(outcome) => Message::Done(outcome).send(),
        Err(error) => Message::Failed(error.to_string()).send(),
    }
}

fn measure(job: &Job, wait_for_word: impl FnOnce() -> io::Result<()>) -> io::Result<Outcome> {
    let Job { style, url, warm_up_url, in_flight, count } = job;
    let in_flight = *in_flight;
    let entrant: Entrant = style.parse().map_err(io::Error::other)?;
    limits::check(in_flight as u64, entrant.threads(in_flight) as u64).map_err(io::Error::other)?;

    let (samples, slow, steady) = (Samples::new(*count), Samples::new(in_flight), Samples::new(in_flight));
    let mut client = entrant.client(in_flight).map_err(io::Error::other)?;
    let idle = Status::of_this_process();

    client.closed_loop(warm_up_url, in_flight, &slow)?;
    client.closed_loop(url, in_flight, &steady)?;
    let warm_up_bytes = warmed_up(&slow)? + warmed_up(&steady)?;
    wait_for_word()?;

    let (started, cpu_before) = (Instant::now(), cpu_time());
    client.closed_loop(url, in_flight, &samples)?;
    let (wall, cpu) = (started.elapsed(), cpu_time().saturating_sub(cpu_before));
    let peak = Status::of_this_process();

    let Sample { latencies, bytes, errors } = samples.sample();
    Ok(Outcome {
        bytes,
        warm_up_bytes,
        errors: errors.len(),
        first_error: errors.first().map(ToString::to_string),
        wall_s: wall.as_secs_f64(),
        cpu_s: cpu.as_secs_f64(),
        latencies: Percentiles::of(&latencies),
        peak_kib: idle.zip(peak).map(|(idle, peak)| peak.peak_kib.saturating_sub(idle.resident_kib)),
    })
}

/// Who cannot even warm up is not measured.
fn warmed_up(samples: &Samples) -> io::Result<u64> {
    let Sample { bytes, errors, .. } = samples.sample();
    match errors.first() {
        Some(error) => Err(io::Error::other(format!("{} of the warm-up failed: {error}", errors.len()))),
        None => Ok(bytes),
    }
}
