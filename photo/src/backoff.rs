//! The pauses between attempts.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::Error;

/// Exponential backoff with jitter: it decides the pause before each further attempt, and when to give up.
///
/// Each pause is drawn at random between half of a step and the whole; the steps double up to the longest. A server
/// that asks for [another time](RetryAfter) is obeyed up to the longest pause.
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
#[derive(Clone)]
pub struct Backoff {
    retries: u32,
    step: Duration,
    longest: Duration,
    retries_on: RetriesOn,
    random: fastrand::Rng,
}

type RetriesOn = Arc<dyn Fn(&Error) -> bool + Send + Sync>;

impl Backoff {
    /// Allows up to `attempts` in all. The steps start at `first`, and no pause is longer than `longest`.
    #[must_use]
    pub fn new(attempts: u32, first: Duration, longest: Duration) -> Self {
        Self {
            retries: attempts.saturating_sub(1),
            step: first.min(longest),
            longest,
            retries_on: Arc::new(Error::is_transient),
            random: fastrand::Rng::new(),
        }
    }

    /// Tries again after the errors for which `decide` returns true, instead of the
    /// [transient](Error::is_transient) ones.
    ///
    /// ```
    /// use photo::{Backoff, Error};
    ///
    /// // A photo that appears on the server only later.
    /// let patient = Backoff::default()
    ///     .retry_if(|error| error.is_transient() || matches!(error, Error::Status { code: 404, .. }));
    /// ```
    #[must_use]
    pub fn retry_if(mut self, decide: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.retries_on = Arc::new(decide);
        self
    }

    /// Draws the same pauses every time.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.random = fastrand::Rng::with_seed(seed);
        self
    }

    /// The pause after `error` before the next attempt. `None` if no attempt is left, or if another one would not
    /// help.
    pub fn pause(&mut self, error: &Error, now: SystemTime) -> Option<Duration> {
        if !(self.retries_on)(error) {
            return None;
        }
        self.retries = self.retries.checked_sub(1)?;
        let step = self.step;
        self.step = step.saturating_mul(2).min(self.longest);
        let pause = (step / 2).saturating_add((step / 2).mul_f64(self.random.f64()));
        match error.cause() {
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

/// Leaves out the function that decides, because it cannot be shown.
impl fmt::Debug for Backoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { retries, step, longest, retries_on: _, random } = self;
        f.debug_struct("Backoff")
            .field("retries", retries)
            .field("step", step)
            .field("longest", longest)
            .field("random", random)
            .finish_non_exhaustive()
    }
}

/// The time at which a server asks for another attempt (RFC 9110, section 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RetryAfter {
    /// A time after its reply.
    Delay(Duration),
    /// A point in time.
    Date(SystemTime),
}

impl RetryAfter {
    /// Reads the value of the field; `None` if its form is not known.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let value = std::str::from_utf8(value).ok()?.trim();
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number that overflows means forever.
            return Some(Self::Delay(value.parse().map_or(Duration::MAX, Duration::from_secs)));
        }
        httpdate::parse_http_date(value).ok().map(Self::Date)
    }

    /// The time left from `now`; zero if it has passed.
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
            let again = pauses(Backoff::new(6, SECOND, 4 * SECOND).seed(seed), &status(503, None));
            assert_eq!((drawn.len(), &drawn), (5, &again), "a seed decides the pauses");
            for (pause, step) in drawn.iter().zip([1, 2, 4, 4, 4]) {
                assert!((step * SECOND / 2..=step * SECOND).contains(pause), "{pause:?} of {step} s");
            }
        }
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
    fn endless_pauses_do_not_overflow() {
        for seed in 0..100 {
            let endless = Backoff::new(9, Duration::MAX, Duration::MAX).seed(seed);
            assert_eq!(pauses(endless, &status(503, Some(RetryAfter::Delay(Duration::MAX)))).len(), 8);
        }
    }

    #[test]
    fn both_forms_of_retry_after_are_understood() {
        let of = |value: &str| RetryAfter::parse(value.as_bytes());
        assert_eq!(of("120"), Some(RetryAfter::Delay(120 * SECOND)));
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(of("Sun, 06 Nov 1994 08:49:37 GMT"), Some(RetryAfter::Date(date)));
        assert_eq!(of(&"9".repeat(30)), Some(RetryAfter::Delay(Duration::MAX)));
        for unknown in ["", "-1", "soon", "1.5"] {
            assert_eq!(of(unknown), None, "{unknown:?}");
        }
    }
}
