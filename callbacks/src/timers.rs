//! What is to happen at a certain time.

use std::collections::BTreeMap;
use std::time::Instant;

/// Alarms, ordered by time; those of the same time ring in the order in which they were set.
#[derive(Debug)]
pub(crate) struct Timers<T> {
    alarms: BTreeMap<TimerKey, T>,
    serial: u64,
}

/// Tells one alarm from all others, past and future.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerKey {
    at: Instant,
    serial: u64,
}

impl<T> Timers<T> {
    pub(crate) fn new() -> Self {
        Self { alarms: BTreeMap::new(), serial: 0 }
    }

    /// Sets an alarm.
    pub(crate) fn set(&mut self, at: Instant, alarm: T) -> TimerKey {
        self.serial += 1;
        let key = TimerKey { at, serial: self.serial };
        self.alarms.insert(key, alarm);
        key
    }

    /// Takes an alarm back, unless it has rung.
    pub(crate) fn unset(&mut self, key: TimerKey) -> Option<T> {
        self.alarms.remove(&key)
    }

    /// When the next alarm rings.
    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.alarms.first_key_value().map(|(key, _)| key.at)
    }

    /// Takes an alarm that rings by `now`.
    pub(crate) fn ring(&mut self, now: Instant) -> Option<T> {
        let first = self.alarms.first_entry()?;
        (first.key().at <= now).then(|| first.remove())
    }
}

impl TimerKey {
    /// When it rings.
    pub(crate) fn at(self) -> Instant {
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn alarms_ring_in_order_and_not_early() {
        let mut timers = Timers::new();
        let now = Instant::now();
        let second = Duration::from_secs(1);
        timers.set(now + 2 * second, 'c');
        timers.set(now + second, 'a');
        timers.set(now + second, 'b');
        assert_eq!(timers.next_at(), Some(now + second));
        assert_eq!(timers.ring(now), None);
        assert_eq!(timers.ring(now + second), Some('a'));
        assert_eq!(timers.ring(now + second), Some('b'));
        assert_eq!(timers.ring(now + second), None);
        assert_eq!(timers.ring(now + 2 * second), Some('c'));
        assert_eq!(timers.next_at(), None);
    }

    #[test]
    fn what_was_unset_does_not_ring() {
        let mut timers = Timers::new();
        let now = Instant::now();
        let key = timers.set(now, 'a');
        assert_eq!(timers.unset(key), Some('a'));
        assert_eq!(timers.unset(key), None);
        assert_eq!(timers.ring(now), None);
    }
}
