//! Instructions per download, counted by valgrind.
//!
//! Callgrind runs the worker on a simulated processor, so the count depends on neither load nor clock, and small
//! differences show. It counts the program, not the kernel.

use std::env;
use std::io;
use std::process::Command;

use crate::clients::subject::Subject;
use crate::load::workload::{Source, Workload};
use crate::process::job::Job;
use crate::process::role::Role;
use crate::process::server::Server;
use crate::process::worker::Worker;
use crate::system::child::Child;
use crate::system::cpu_set::CpuSet;
use crate::system::placement::CorePlacement;

/// Downloads for each one in flight, in the shorter and in the longer run: the difference is without start and warm-up.
const SHORT: usize = 1;
const LONG: usize = 5;

/// The text before the number of instructions in valgrind's output, without spaces.
const TOTAL: &str = "Irefs:";

/// # Errors
///
/// If there is no valgrind here, or it cannot run the worker.
pub(super) fn per_download(
    workload: &Workload,
    subject: Subject,
    placement: &CorePlacement,
) -> io::Result<f64> {
    let [short, long] = [SHORT, LONG].map(|turns| count(workload, subject, turns, placement));
    Ok(long?.saturating_sub(short?) as f64 / ((LONG - SHORT) * workload.in_flight) as f64)
}

fn count(workload: &Workload, subject: Subject, turns: usize, placement: &CorePlacement) -> io::Result<u64> {
    let Source::Embedded { bytes, delay_ms } = workload.source else {
        return Err(io::Error::other("not on a server of your own"));
    };
    let server = Server::start(&placement.server)?;
    let workload = Workload { count: turns * workload.in_flight, ..workload.clone() };
    let urls = server.urls(bytes, delay_ms, workload.in_flight, false);
    let mut worker = Worker::in_child(valgrind(&placement.client)?, &Job::new(&workload, subject, urls))?;
    worker.go()?;
    total(&worker.end()?).ok_or_else(|| io::Error::other("valgrind counted nothing"))
}

fn valgrind(cores: &CpuSet) -> io::Result<Child> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    // Threads take turns there, and must not starve each other.
    command.arg("--fair-sched=try").arg(env::current_exe()?);
    Role::Worker.start_by(command, cores).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::new(error.kind(), "valgrind is not installed"),
        _ => error,
    })
}

/// Valgrind writes each line with its process id in front, and numbers with commas.
fn total(said: &str) -> Option<u64> {
    let said = said.replace([' ', ','], "");
    let (_, total) = said.lines().find_map(|line| line.split_once(TOTAL))?;
    total.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read_from_what_valgrind_says() {
        let said =
            "==7== Cachegrind, a high-precision tracing profiler\n==7== \n==7== I   refs:        1,234,567\n";
        assert_eq!(total(said), Some(1_234_567));
        assert_eq!(total("valgrind: failed to start tool"), None);
    }
}
