//! A worker process, as the bench sees it: one client that downloads on command.
//!
//! A worker reads its job, warms up, answers, and waits for the command to start. So the server's counters can be read
//! at both ends of the measured part. It does the job again on each command.

use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::process::job::{GO, Job};
use crate::process::report::WorkerReport;
use crate::process::role::Role;
use crate::system::child::Child;
use crate::system::cpu_set::CpuSet;
use crate::system::usage::Status;

/// How often a worker is looked at.
const LOOK: Duration = Duration::from_millis(20);

#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Message {
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
        let mut worker = Self { child, patience: job.patience() };
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

    pub(crate) fn send(&self) -> io::Result<()> {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }
}
