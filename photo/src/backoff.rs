//! How long to wait before trying again.

use std::time::{Duration, SystemTime};

use crate::Error;

/// Exponential backoff with jitter: how long to wait before each further attempt, and when to give up.
///
/// Each pause is drawn at random between half of a step and the whole; the steps double up to the longest. A server
/// that says [when to come back](RetryAfter) is obeyed up to the longest pause.
///
/// ```
/// use photo::{Backoff, Error};
/// use std::time::{Duration, SystemTime};
///
/// let mut backoff = Backoff::new(3, Duration::from_secs(1), Duration::from_secs(30)).seed(7);
/// let overloaded = Error::Status { code: 503, retry_after: None };
/// let pauses: Vec<_> = std::iter::from_fn(|| backoff.pause(&overloaded, SystemTime::now())).collect();
/// assert_eq!(pauses.len(), 2); // between three attempts
///
/// let missing = Error::Status { code: 404, retry_after: None };
/// assert!(Backoff::default().pause(&missing, SystemTime::now()).is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Backoff {
    retries: u32,
    step: Duration,
    longest: Duration,
    random: fastrand::Rng,
}

impl Backoff {
    /// At most `attempts` in all; pauses from `first` on, none longer than `longest`.
    #[must_use]
    pub fn new(attempts: u32, first: Duration, longest: Duration) -> Self {
        Self {
            retries: attempts.saturating_sub(1),
            step: first.min(longest),
            longest,
            random: fastrand::Rng::new(),
        }
    }

    /// Draws the same pauses every time.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.random = fastrand::Rng::with_seed(seed);
        self
    }

    /// How long to wait after `error` before the next attempt; `None` if there is to be none, because another one
    /// would not help or there have been enough.
    pub fn pause(&mut self, error: &Error, now: SystemTime) -> Option<Duration> {
        if !error.is_transient() {
            return None;
        }
        self.retries = self.retries.checked_sub(1)?;
        let step = self.step;
        self.step = step.saturating_mul(2).min(self.longest);
        let pause = step / 2 + (step / 2).mul_f64(self.random.f64());
        match error {
            Error::Status { retry_after: Some(wanted), .. } => {
                Some(wanted.pause(now).max(pause).min(self.longest))
            }
            _ => Some(pause),
        }
    }
}

/// Five attempts, pauses from 100 ms to 10 s.
impl Default for Backoff {
    fn default() -> Self {
        Self::new(5, Duration::from_millis(100), Duration::from_secs(10))
    }
}

/// When a server asks to be tried again (RFC 9110, section 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RetryAfter {
    /// So long after its reply.
    Delay(Duration),
    /// At this time.
    Date(SystemTime),
}

impl RetryAfter {
    /// Reads the value of the field; `None` if its form is not known.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let value = std::str::from_utf8(value).ok()?.trim();
        if value.bytes().all(|byte| byte.is_ascii_digit()) {
            return value.parse().ok().map(Duration::from_secs).map(Self::Delay);
        }
        httpdate::parse_http_date(value).ok().map(Self::Date)
    }

    /// How long that is from `now`; nothing if it is over.
    fn pause(self, now: SystemTime) -> Duration {
        match self {
            Self::Delay(delay) => delay,
            Self::Date(date) => date.duration_since(now).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn status(code: u16, retry_after: Option<RetryAfter>) -> Error {
        Error::Status { code, retry_after }
    }

    fn pauses(mut backoff: Backoff, error: &Error) -> Vec<Duration> {
        std::iter::from_fn(|| backoff.pause(error, SystemTime::UNIX_EPOCH)).collect()
    }

    #[test]
    fn steps_double_up_to_the_longest_and_jitter_takes_less_than_half() {
        for seed in 0..100 {
            let drawn = pauses(Backoff::new(6, SECOND, 4 * SECOND).seed(seed), &status(503, None));
            assert_eq!(drawn.len(), 5);
            for (pause, step) in drawn.iter().zip([1, 2, 4, 4, 4]) {
                assert!((step * SECOND / 2..=step * SECOND).contains(pause), "{pause:?} of {step} s");
            }
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_pauses() {
        let drawn = |seed| pauses(Backoff::default().seed(seed), &status(503, None));
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }

    #[test]
    fn a_server_that_says_when_is_obeyed_up_to_the_longest_pause() {
        let after =
            |retry_after| pauses(Backoff::new(2, SECOND, 9 * SECOND), &status(429, Some(retry_after)))[0];
        assert_eq!(after(RetryAfter::Delay(5 * SECOND)), 5 * SECOND);
        assert_eq!(after(RetryAfter::Delay(99 * SECOND)), 9 * SECOND);
        assert_eq!(after(RetryAfter::Date(SystemTime::UNIX_EPOCH + 4 * SECOND)), 4 * SECOND);
        assert!(after(RetryAfter::Delay(Duration::ZERO)) >= SECOND / 2);
    }

    #[test]
    fn only_transient_errors_are_tried_again() {
        for (code, transient) in
            [(404, false), (429, true), (499, false), (500, true), (599, true), (600, false)]
        {
            assert_eq!(status(code, None).is_transient(), transient, "{code}");
        }
        assert!(!Error::Cancelled.is_transient());
        assert!(!Error::Truncated { received: 1, expected: None }.is_transient());
        assert!(pauses(Backoff::new(0, SECOND, SECOND), &status(503, None)).is_empty());
    }

    #[test]
    fn both_forms_of_retry_after_are_understood() {
        let of = |value: &str| RetryAfter::parse(value.as_bytes());
        assert_eq!(of("120"), Some(RetryAfter::Delay(120 * SECOND)));
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(of("Sun, 06 Nov 1994 08:49:37 GMT"), Some(RetryAfter::Date(date)));
        for unknown in ["", "-1", "soon", "99999999999999999999"] {
            assert_eq!(of(unknown), None, "{unknown:?}");
        }
    }
}
