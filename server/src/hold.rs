//! Delays that differ from request to request, and stalls of the whole server.

use std::thread;
use std::time::Duration;

/// What befalls one request, beside the delay that its URL asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hold {
    /// First, the whole server does nothing for so long: it neither reads nor writes nor accepts.
    pub stall: Duration,
    /// Then the reply waits for so long, which holds up no other.
    pub delay: Duration,
}

impl Hold {
    /// Stalls, and returns for how long to hold the reply.
    pub(crate) fn begin(self) -> Option<Duration> {
        if !self.stall.is_zero() {
            thread::sleep(self.stall);
        }
        (!self.delay.is_zero()).then_some(self.delay)
    }
}
