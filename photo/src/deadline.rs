//! The arithmetic of the timeouts.

use std::time::{Duration, Instant};

use crate::{Config, Error, Phase};

/// The time at which a download must give up.
///
/// It reads no clock: the style passes the time. It watches two limits, one on the whole download and one on the
/// present step. The earlier one counts.
///
/// ```
/// use photo::{Config, Deadline, Phase};
/// use std::time::{Duration, Instant};
///
/// let config = Config::default().timeout(Duration::from_secs(15));
/// let start = Instant::now();
/// let mut deadline = Deadline::new(&config, start);
/// assert_eq!(deadline.at(), start + Duration::from_secs(10)); // to have a connection
///
/// deadline.moved(&config, start + Duration::from_secs(2)); // bytes moved: the silence starts again
/// assert_eq!(deadline.at(), start + Duration::from_secs(12));
///
/// deadline.moved(&config, start + Duration::from_secs(9));
/// assert_eq!(deadline.at(), start + Duration::from_secs(15)); // the whole download
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    whole: Instant,
    step: Instant,
    step_limit: Duration,
}

impl Deadline {
    /// Starts a download, and with it the time to its first connection.
    #[must_use]
    pub fn new(config: &Config, now: Instant) -> Self {
        let step_limit = config.connect_timeout;
        Self { whole: Self::later(now, config.timeout), step: Self::later(now, step_limit), step_limit }
    }

    /// Restarts the time to connect: after a redirect, or when a kept connection was dead.
    pub fn connecting(&mut self, config: &Config, now: Instant) {
        self.step_limit = config.connect_timeout;
        self.step = Self::later(now, self.step_limit);
    }

    /// Restarts the permitted silence: a connection was made, or bytes have moved over it.
    pub fn moved(&mut self, config: &Config, now: Instant) {
        self.step_limit = config.stall_timeout;
        self.step = Self::later(now, self.step_limit);
    }

    /// The time at which the download gives up, unless bytes move before.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.whole.min(self.step)
    }

    /// The error of a download that was given up.
    #[must_use]
    pub fn error(&self, config: &Config, phase: Phase) -> Error {
        let after = if self.whole <= self.step { config.timeout } else { self.step_limit };
        Error::Timeout { phase, after }
    }

    /// `now + delay`; if that overflows, a time so late that it never comes.
    #[must_use]
    pub fn later(now: Instant, delay: Duration) -> Instant {
        const NEVER: Duration = Duration::from_hours(100 * 365 * 24);
        now + delay.min(NEVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_the_limit_that_passed() {
        let config = Config::default().timeout(Duration::from_secs(5)).stall_timeout(Duration::from_secs(2));
        let now = Instant::now();
        let mut deadline = Deadline::new(&config, now);
        let text = |deadline: &Deadline, phase| deadline.error(&config, phase).to_string();
        assert_eq!(text(&deadline, Phase::Connect), "timed out after 5s while connecting");
        deadline.moved(&config, now);
        assert_eq!(text(&deadline, Phase::Body), "timed out after 2s while receiving the photo");
    }
}
