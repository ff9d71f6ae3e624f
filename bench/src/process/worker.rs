//! A worker process, as the bench sees it: one client that downloads on command.
//!
//! A worker reads its job, warms up, answers, and waits for the command to start. So the server's counters can be read
//! at both ends of the measured part. It does the job again on each command.

use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clients::subject::Subject;
use crate::process::foreign::ForeignWorker;
use crate::process::job::{GO, Job};
use crate::process::report::WorkerReport;
use crate::process::role::Role;
use crate::system::child::Child;
use crate::system::cpu_set::CpuSet;
use crate::system::usage::Status;

/// The interval at which a worker is checked.
const LOOK: Duration = Duration::from_millis(20);

#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Message {
    Warm,
    Done(Box<WorkerReport>),
    Failed(String),
}

/// A worker process that is warm. Dropping it ends the process.
#[derive(Debug)]
pub(crate) enum Worker {
    Own(OwnWorker),
    Foreign(ForeignWorker),
}

/// A worker process that runs this program.
#[derive(Debug)]
pub(crate) struct OwnWorker {
    child: Child,
    patience: Duration,
}

impl Worker {
    /// Starts the process of a worker for `subject`.
    pub(crate) fn process(subject: Subject, cores: &CpuSet) -> io::Result<Child> {
        match subject.foreign() {
            None => Role::Worker.start(cores),
            Some(foreign) => {
                foreign.check().map_err(io::Error::other)?;
                Role::start_command(foreign.command, cores)
            }
        }
    }

    /// Gives a process that has been started its job, and waits until it is warm.
    pub(crate) fn in_child(child: Child, job: &Job) -> io::Result<Self> {
        Ok(if job.is_foreign {
            Self::Foreign(ForeignWorker::in_child(child, job)?)
        } else {
            Self::Own(OwnWorker::in_child(child, job)?)
        })
    }

    /// Lets it do its job. Also returns the most threads that it was seen to have.
    pub(crate) fn go(&mut self) -> io::Result<(WorkerReport, Option<u64>)> {
        match self {
            Self::Own(worker) => worker.go(),
            Self::Foreign(worker) => worker.go(),
        }
    }

    /// Lets it end by itself; returns its error output.
    pub(crate) fn end(self) -> io::Result<String> {
        match self {
            Self::Own(worker) => worker.child.end(worker.patience),
            Self::Foreign(worker) => worker.end(),
        }
    }
}

impl OwnWorker {
    fn in_child(mut child: Child, job: &Job) -> io::Result<Self> {
        child.say(&serde_json::to_string(job)?)?;
        let mut worker = Self { child, patience: job.patience() };
        match worker.hear(|_| ())? {
            Message::Warm => Ok(worker),
            other => Err(other.unexpected()),
        }
    }

    fn go(&mut self) -> io::Result<(WorkerReport, Option<u64>)> {
        self.child.say(GO)?;
        let mut threads = None;
        let outcome = self.hear(|pid| threads = threads.max(Status::of(pid).map(|status| status.threads)))?;
        match outcome {
            Message::Done(outcome) => Ok((*outcome, threads)),
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
            Self::Warm | Self::Done(_) => io::Error::other("the worker gave another answer than expected"),
        }
    }

    pub(crate) fn send(&self) -> io::Result<()> {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }
}
