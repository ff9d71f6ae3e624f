//! A client in a child process: both ends of the line to it.
//!
//! A worker is given its job, warms up, says so, and waits for the word; so the server's counters can be read on both
//! sides of what is measured, and of nothing else. It does the job again on each command.

use std::io::{self, BufRead};
use std::thread;
use std::time::Duration;

use photo::Config;
use serde::{Deserialize, Serialize};

use crate::clients::subject::Subject;
use crate::load::arrivals::{Arrivals, Arrived};
use crate::load::client::{LoadClient, PATIENCE, config};
use crate::load::samples::{Sample, Samples};
use crate::load::schedule::Pace;
use crate::load::workload::Workload;
use crate::process::report::{OpenLoopStats, WorkerReport};
use crate::process::role::Role;
use crate::process::server::Https;
use crate::stats::latency::Latencies;
use crate::system::child::Child;
use crate::system::cpu_set::CpuSet;
use crate::system::limits;
use crate::system::usage::Status;
use crate::system::window::{ResourceUse, Window};

/// After this many checks without an exit, no more threads exit.
const LOOKS: usize = 5;

/// Pause between checks, so that exiting threads get the core.
const LEAVE: Duration = Duration::from_millis(5);

/// The interval at which a worker is checked.
const LOOK: Duration = Duration::from_millis(20);

/// The word to start.
const GO: &str = "go";

/// An open loop starts nothing more when its schedule has been over for so long.
const GRACE: Duration = Duration::from_millis(250);

/// An arrival that starts so much after its time is late. Timers alone may take a millisecond or two.
const LATE: Duration = Duration::from_millis(10);

/// The job of a worker.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Job {
    /// The name of an [`Subject`].
    pub(crate) style: String,
    pub(crate) url: String,
    /// The URL of the same photo, served when all `in_flight` requests are open at once. So each connection exists
    /// before the measurement.
    pub(crate) gathering_url: String,
    pub(crate) in_flight: usize,
    pub(crate) count: usize,
    /// The pace of an open loop; in a closed one, a download starts when another has ended.
    pub(crate) pace: Option<Pace>,
    /// The burden of the [`Workload`].
    pub(crate) burden_percent: f64,
    /// Whether each download has a fresh connection.
    pub(crate) fresh: bool,
    /// The server's https address, if the photo comes by it.
    pub(crate) https: Option<Https>,
}

impl Job {
    /// The job of `subject` at `workload`; the URLs are `url` and `gathering_url`.
    pub(crate) fn new(workload: &Workload, subject: Subject, (url, gathering_url): (String, String)) -> Self {
        let style = subject.name().into();
        let Workload { transport, in_flight, count, pace, .. } = *workload;
        // The floor shows what the machine does, which a burden does not change.
        let burden_percent = if subject == Subject::Floor { 0.0 } else { workload.burden_percent };
        let fresh = transport.fresh;
        Self { style, url, gathering_url, in_flight, count, pace, burden_percent, fresh, https: None }
    }
}

impl Job {
    /// The configuration of the client, the same for every style.
    fn config(&self) -> Config {
        let config = config(if self.fresh { 0 } else { self.in_flight });
        match &self.https {
            // The name is known beforehand, as the address in an http URL is: look-ups are not measured.
            Some(Https { address, root }) => {
                config.resolve("localhost", [*address]).root_certificate(root.clone())
            }
            None => config,
        }
    }
}

#[derive(Debug, Deserialize, Serialize)]
enum Message {
    Warm,
    Done(Box<WorkerReport>),
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
    pub(crate) fn start(cores: &CpuSet, job: &Job) -> io::Result<Self> {
        Self::in_child(Role::Worker.start(cores)?, job)
    }

    /// The same, in a process that has been started already.
    pub(crate) fn in_child(mut child: Child, job: &Job) -> io::Result<Self> {
        child.say(&serde_json::to_string(job)?)?;
        // A hung client runs into its timeouts one after another.
        let patience =
            2 * PATIENCE + Duration::from_millis(10) * u32::try_from(job.count).unwrap_or(u32::MAX);
        let mut worker = Self { child, patience };
        match worker.hear(|_| ())? {
            Message::Warm => Ok(worker),
            other => Err(other.unexpected()),
        }
    }

    /// Lets it do its job. Also returns the most threads that it was seen to have.
    pub(crate) fn go(&mut self) -> io::Result<(WorkerReport, Option<u64>)> {
        self.child.say(GO)?;
        let mut threads = None;
        let outcome = self.hear(|pid| threads = threads.max(Status::of(pid).map(|status| status.threads)))?;
        match outcome {
            Message::Done(outcome) => Ok((*outcome, threads)),
            other => Err(other.unexpected()),
        }
    }

    /// Lets it end by itself; returns what it has said to complain.
    pub(crate) fn end(self) -> io::Result<String> {
        self.child.end(self.patience)
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
    let job = orders.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()))?;
    let mut warm = match Warm::up(serde_json::from_str(&job)?) {
        Ok(warm) => warm,
        Err(error) => return Message::Failed(error.to_string()).send(),
    };
    Message::Warm.send()?;
    for order in orders {
        let answer = match order?.as_str() {
            GO => warm.measure().map(|outcome| Message::Done(Box::new(outcome))),
            other => return Err(io::Error::other(format!("no word is {other:?}"))),
        };
        match answer {
            Ok(answer) => answer.send()?,
            Err(error) => return Message::Failed(error.to_string()).send(),
        }
    }
    Ok(())
}

/// A client that has done what it will have to do, so that nothing is done for the first time when it counts.
struct Warm {
    job: Job,
    client: Box<dyn LoadClient>,
    /// Before the first download.
    idle: Option<Status>,
    bytes: u64,
}

impl Warm {
    fn up(job: Job) -> io::Result<Self> {
        let in_flight = job.in_flight;
        let subject: Subject = job.style.parse().map_err(io::Error::other)?;
        limits::check(in_flight as u64, subject.threads(in_flight) as u64).map_err(io::Error::other)?;

        let (steady, gathered) = (Samples::new(in_flight), Samples::new(in_flight));
        let mut client = subject.client(in_flight, job.config())?;
        let idle = Status::of_this_process();
        client.closed_loop(&job.url, in_flight, &steady)?;
        client.closed_loop(&job.gathering_url, in_flight, &gathered)?;
        let bytes = warmed_up(&steady)? + warmed_up(&gathered)?;
        settle();
        Ok(Self { job, client, idle, bytes })
    }

    fn measure(&mut self) -> io::Result<WorkerReport> {
        let Self { job, client, idle, bytes: warm_up_bytes } = self;
        let Job { url, in_flight, count, pace, burden_percent, .. } = job;
        let window = Window::with_burden(*burden_percent);
        let load = match pace {
            None => Measured::Closed(Samples::watched(*count, window.watch())),
            Some(pace) => Measured::Open(Arrivals::watched(pace.schedule(*count), GRACE, window.watch())),
        };
        match &load {
            Measured::Closed(samples) => client.closed_loop(url, *in_flight, samples)?,
            Measured::Open(arrivals) => client.open_loop(url, *in_flight, arrivals)?,
        }
        let ResourceUse { wall, usage, allocations } = window.spent();
        let peak = Status::of_this_process();

        let (latencies, bytes, errors, paced) = load.result();
        Ok(WorkerReport {
            bytes,
            warm_up_bytes: *warm_up_bytes,
            errors: errors.len(),
            first_error: errors.first().map(ToString::to_string),
            wall_s: wall.as_secs_f64(),
            usage,
            latencies: latencies.percentiles(),
            histogram: latencies.encode(),
            paced,
            peak_kib: idle.zip(peak).map(|(idle, peak)| peak.peak_kib.saturating_sub(idle.resident_kib)),
            allocations,
        })
    }
}

enum Measured {
    Closed(Samples),
    Open(Arrivals),
}

impl Measured {
    fn result(self) -> (Latencies, u64, Vec<photo::Error>, Option<OpenLoopStats>) {
        match self {
            Self::Closed(samples) => {
                let Sample { latencies, bytes, errors } = samples.sample();
                (latencies.iter().collect(), bytes, errors, None)
            }
            Self::Open(arrivals) => {
                let Arrived { corrected, uncorrected, lags, skipped, bytes, errors } = arrivals.sample();
                let uncorrected = uncorrected.iter().collect::<Latencies>().percentiles();
                let late = lags.iter().filter(|lag| **lag > LATE).count();
                (
                    corrected.iter().collect(),
                    bytes,
                    errors,
                    Some(OpenLoopStats { uncorrected, late, skipped }),
                )
            }
        }
    }
}

/// Waits for joined threads to exit: they must not be measured.
fn settle() {
    let threads = || Status::of_this_process().map(|status| status.threads);
    let (mut before, mut unchanged) = (threads(), 0);
    while unchanged < LOOKS {
        thread::sleep(LEAVE);
        let now = threads();
        unchanged = if now < before { 0 } else { unchanged + 1 };
        before = now;
    }
}

/// A client that cannot warm up is not measured.
fn warmed_up(samples: &Samples) -> io::Result<u64> {
    let Sample { bytes, errors, .. } = samples.sample();
    match errors.first() {
        Some(error) => Err(io::Error::other(format!("{} of the warm-up failed: {error}", errors.len()))),
        None => Ok(bytes),
    }
}
