//! A worker process, as the bench sees it: one client that downloads on command.
//!
//! A worker reads its job, warms up, answers, and waits for the command to start. So the server's counters can be read
//! at both ends of the measured part. It does the job again on each command.

use std::io;
use std::time::Duration;

use crate::clients::subject::Subject;
use crate::process::foreign::Protocol;
use crate::process::job::{GO, Job};
use crate::process::report::WorkerReport;
use crate::process::role::Role;
use crate::system::child::Child;
use crate::system::cpu_set::CpuSet;

/// A worker process that is warm. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    patience: Duration,
    /// `None` if the process runs this program.
    foreign: Option<Protocol>,
}

impl Worker {
    /// Starts the process of a worker for `subject`.
    pub(crate) fn process(subject: Subject, cores: &CpuSet) -> io::Result<Child> {
        match subject.foreign() {
            None => Role::Worker.start(cores),
            Some(foreign) => Role::start_command(foreign.command, cores),
        }
    }

    /// Gives a process that has been started its job, and waits until it is warm.
    pub(crate) fn in_child(mut child: Child, job: &Job) -> io::Result<Self> {
        let patience = job.patience();
        let foreign = if job.is_foreign {
            Some(Protocol::warm_up(&mut child, job)?)
        } else {
            let warm: Result<(), String> = child.ask(job, patience)?;
            warm.map_err(io::Error::other)?;
            None
        };
        Ok(Self { child, patience, foreign })
    }

    /// Lets it do its job. Also returns the most threads that it was seen to have.
    pub(crate) fn go(&mut self) -> io::Result<(WorkerReport, Option<u64>)> {
        let Self { child, patience, foreign } = self;
        if let Some(foreign) = foreign {
            return foreign.go(child, *patience);
        }
        child.say(GO)?;
        let (report, threads) = child.hear_and_watch(*patience)?;
        let report: Result<_, String> = serde_json::from_str(&report)?;
        Ok((report.map_err(io::Error::other)?, threads))
    }

    /// Lets it end by itself; returns its error output.
    pub(crate) fn end(self) -> io::Result<String> {
        self.child.end(self.patience)
    }
}
