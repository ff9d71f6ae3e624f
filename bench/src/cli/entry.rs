//! The entry point of each process of the bench.

use std::env;
use std::process::{self, ExitCode};

use crate::measure::pitfall;
use crate::measure::waits;
use crate::process::role::{self, Role};
use crate::process::server;
use crate::process::work;
use crate::system::{interrupt, limits};
use crate::text::out::note;

/// Plays the part that this process was started for, and ends it then. Returns only in the process that the user
/// started. To be called first in each bench's `main`.
pub fn run_if_child() {
    let args: Vec<_> = env::args_os().skip(1).map_while(|arg| arg.into_string().ok()).collect();
    let Some((role, cores)) = role::parse(&args) else { return };
    limits::raise_open_files();
    cores.pin_this_process();
    let played = match role {
        Role::Server => server::serve(),
        Role::Worker => work::work(),
        Role::PitfallWorker => pitfall::walk(),
        Role::IdleWorker => waits::wait(),
        Role::ForeignWorker => role::become_foreign(),
    };
    process::exit(match played {
        Ok(()) => 0,
        Err(error) => {
            note!("{error}");
            1
        }
    });
}

/// The exit code of a run that has done what it could: that of the signal which ended it, as shells report it.
pub(super) fn ending() -> ExitCode {
    interrupt::came().map_or(ExitCode::SUCCESS, |signal| ExitCode::from(128 + signal))
}
