//! The work of a worker process: one client warms up, and downloads on each command.

use std::io::{self, BufRead};
use std::thread;
use std::time::Duration;

use crate::clients::subject::Subject;
use crate::load::client::LoadClient;
use crate::load::samples::{Sample, Samples};
use crate::load::workload::Workload;
use crate::process::job::{GO, Job};
use crate::process::report::WorkerReport;
use crate::process::role::{answer, order};
use crate::system::limits;
use crate::system::usage::{Status, Usage};
use crate::system::window::ResourceUse;

/// When no thread has ended for this many looks, the threads that were ending are gone.
const LOOKS: usize = 5;

/// The pause between looks, so that ending threads get the core.
const LEAVE: Duration = Duration::from_millis(5);

/// The pause and the most looks after a slice, when it is known how many threads stay.
const SHORT_LEAVE: Duration = Duration::from_millis(1);
const MOST_LOOKS: usize = 50;

/// Works until its input is closed.
pub(crate) fn work() -> io::Result<()> {
    let mut orders = io::stdin().lock().lines();
    let mut warm = Warm::up(order(&mut orders)?).map_err(|error| error.to_string());
    answer(&warm.as_ref().map(|_| ()))?;
    while let (Ok(warm), Some(order)) = (&mut warm, orders.next()) {
        match order?.as_str() {
            GO => answer(&warm.measure().map_err(|error| error.to_string()))?,
            other => return Err(io::Error::other(format!("there is no command {other:?}"))),
        }
    }
    Ok(())
}

/// A client that has done its work once, so that nothing is done for the first time while it is measured.
struct Warm {
    job: Job,
    client: Box<dyn LoadClient>,
    /// After one download, which brings in what any number of them needs.
    idle: Option<Status>,
    /// The threads that stay between downloads.
    threads: Option<u64>,
    /// The bytes of the gathered photos, one for each in flight.
    bytes: u64,
}

impl Warm {
    fn up(job: Job) -> io::Result<Self> {
        let in_flight = job.workload.in_flight;
        let subject: Subject = job.style.parse().map_err(io::Error::other)?;
        limits::check(in_flight as u64, subject.threads(in_flight) as u64).map_err(io::Error::other)?;

        let [one, gathered] = [1, in_flight].map(Samples::new);
        let mut client = subject.client(in_flight, job.config())?;
        client.download_all(&job.url, 1, &one)?;
        warmed_up(&one)?;
        // With the memory of the samples, so that it does not count as the client's.
        let measured = samples(&job.workload);
        let idle = Status::of_this_process();
        drop(measured);
        if let Subject::Peer(_) = subject {
            // hyper's clients make more connections than are in flight if their first use is the gathering.
            client.download_all(&job.url, in_flight, &Samples::new(in_flight))?;
        }
        client.download_all(&job.gathering_url, in_flight, &gathered)?;
        let bytes = warmed_up(&gathered)?;
        let threads = settle();
        Ok(Self { job, client, idle, threads, bytes })
    }

    fn measure(&mut self) -> io::Result<WorkerReport> {
        let Self { job, client, idle, threads, bytes: warm_up_bytes } = self;
        let in_flight = job.workload.in_flight;
        let samples = samples(&job.workload);
        let before = Usage::so_far();
        client.download_all(&job.url, in_flight, &samples)?;
        let user_s = Usage::so_far().since(before).user_s;
        let ResourceUse { wall, usage, allocations } = samples.spent();
        let peak = Status::of_this_process();
        settle_again(*threads);

        let Sample { latencies, bytes, errors, in_leads, paced } = samples.sample();
        Ok(WorkerReport {
            bytes,
            warm_up_bytes: *warm_up_bytes,
            in_leads,
            errors: errors.len(),
            first_error: errors.first().map(ToString::to_string),
            wall_s: wall.as_secs_f64(),
            usage,
            user_s,
            latencies: latencies.iter().collect(),
            paced,
            peak_kib: Status::growth_kib(*idle, peak),
            allocations,
        })
    }
}

fn samples(&Workload { count, lead, pace, burden_percent, .. }: &Workload) -> Samples {
    Samples::of(count, lead, pace.map(|pace| pace.schedule(count)), burden_percent)
}

/// Waits for joined threads to end, so that they are not counted. Returns how many stay.
fn settle() -> Option<u64> {
    let (mut before, mut unchanged) = (threads(), 0);
    while unchanged < LOOKS {
        thread::sleep(LEAVE);
        let now = threads();
        unchanged = if now < before { 0 } else { unchanged + 1 };
        before = now;
    }
    before
}

/// Waits until only so many are left, but not for long: the client may keep more by now.
fn settle_again(staying: Option<u64>) {
    for _ in 0..MOST_LOOKS {
        if threads() <= staying {
            break;
        }
        thread::sleep(SHORT_LEAVE);
    }
}

fn threads() -> Option<u64> {
    Status::of_this_process().map(|status| status.threads)
}

/// The bytes of a warm-up; a client that fails in it is not measured.
fn warmed_up(samples: &Samples) -> io::Result<u64> {
    let Sample { bytes, errors, .. } = samples.sample();
    match errors.first() {
        Some(error) => Err(io::Error::other(format!("{} of the warm-up failed: {error}", errors.len()))),
        None => Ok(bytes),
    }
}
