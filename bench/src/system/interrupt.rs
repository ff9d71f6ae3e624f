//! SIGINT and SIGTERM end the measuring, and leave time to keep what is finished.
//!
//! The signals are blocked, which child processes inherit: Ctrl-C reaches all processes of a terminal, and a child that
//! it ended would look like a client that failed. The parent ends its children instead.

use std::io;
use std::process::{self, ExitCode};
use std::sync::OnceLock;
use std::thread;

use nix::sys::signal::{SigSet, Signal};

static RECEIVED: OnceLock<Signal> = OnceLock::new();

/// From now on, the first signal is only noted, and the second one ends the process. To be called before any thread is
/// started.
pub(crate) fn watch() -> io::Result<()> {
    let signals: SigSet = [Signal::SIGINT, Signal::SIGTERM].into_iter().collect();
    signals.thread_block()?;
    let note = move || {
        while let Ok(signal) = signals.wait() {
            if RECEIVED.set(signal).is_err() {
                process::exit(i32::from(code(signal)));
            }
        }
    };
    thread::Builder::new().name("signals".into()).spawn(note)?;
    Ok(())
}

/// The name of the signal, if there was one.
pub(crate) fn name() -> Option<&'static str> {
    RECEIVED.get().map(|signal| signal.as_str())
}

/// The exit code that a shell gives to a process ended by this signal, if there was one.
pub(crate) fn exit_code() -> Option<ExitCode> {
    RECEIVED.get().map(|signal| code(*signal).into())
}

/// # Errors
///
/// If there was a signal.
pub(crate) fn check() -> io::Result<()> {
    name().map_or(Ok(()), |name| Err(io::Error::other(format!("interrupted by {name}"))))
}

/// A result that no signal has disturbed.
pub(crate) fn undisturbed<T>(result: T) -> Option<T> {
    RECEIVED.get().is_none().then_some(result)
}

fn code(signal: Signal) -> u8 {
    128 + signal as u8
}
