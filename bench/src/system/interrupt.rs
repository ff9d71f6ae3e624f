//! Ctrl-C, and the other signals that end a run: what has been measured is kept.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// The first signal that came, or 0.
static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// After this call, the first signal only makes [`came`] return it; a second one ends this process at once.
///
/// Child processes end when their parent does, because their input ends.
///
/// # Errors
///
/// If the system refuses a handler.
pub(crate) fn watch() -> io::Result<()> {
    let second = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&second))?;
        flag::register(signal, Arc::clone(&second))?;
        flag::register_usize(signal, Arc::clone(&SIGNAL), signal.unsigned_abs() as usize)?;
    }
    Ok(())
}

/// The signal that asked this process to end, if one has come.
pub(crate) fn came() -> Option<u8> {
    u8::try_from(SIGNAL.load(Relaxed)).ok().filter(|signal| *signal > 0)
}
