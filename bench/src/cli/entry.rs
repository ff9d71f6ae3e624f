//! Where each process of the bench starts.

use std::env;
use std::ffi::OsString;
use std::process;

use crate::measure::pitfall;
use crate::measure::waits;
use crate::process::role::{self, Role};
use crate::process::server;
use crate::process::worker;
use crate::system::limits;
use crate::text::print;

/// Plays the part that this process was started for, and ends it then. Returns only in the process that the user
/// started. To be called first in each bench's `main`.
pub fn run_if_child() {
    // Arguments that are not UTF-8 are the user's; the bench itself reports them.
    let Ok(args) = env::args_os().skip(1).map(OsString::into_string).collect::<Result<Vec<_>, _>>() else {
        return;
    };
    let Some((role, cores)) = role::parse(&args) else { return };
    limits::raise_open_files();
    cores.pin_this_process();
    let played = match role {
        Role::Server => server::serve(),
        Role::Worker => worker::work(),
        Role::PitfallWorker => pitfall::walk(),
        Role::IdleWorker => waits::wait(),
    };
    process::exit(match played {
        Ok(()) => 0,
        Err(error) => {
            print::note(error);
            1
        }
    });
}
