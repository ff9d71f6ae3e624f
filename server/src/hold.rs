//! Delays that differ from request to request, and stalls of the whole server.

use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A hold on one request, in addition to the delay in its URL.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Hash, Serialize)]
pub struct Hold {
    /// Time in which the whole server first does nothing: it neither reads nor writes nor accepts.
    pub stall: Duration,
    /// Time that the reply then waits, which delays no other.
    pub delay: Duration,
}

impl Hold {
    /// Stalls, and returns the time to hold the reply.
    pub(crate) fn begin(self) -> Option<Duration> {
        if !self.stall.is_zero() {
            thread::sleep(self.stall);
        }
        (!self.delay.is_zero()).then_some(self.delay)
    }
}
