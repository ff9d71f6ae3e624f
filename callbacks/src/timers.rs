//! Timers, ordered by time.

use std::collections::BTreeMap;
use std::time::Instant;

/// The timers that are set, each with its owner. Timers for the same time expire in the order in which they were set.
#[derive(Debug)]
pub(crate) struct Timers<T> {
    owners: BTreeMap<TimerKey, T>,
    serial: u64,
}

/// Identifies one timer among all others, past and future.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerKey {
    at: Instant,
    serial: u64,
}

impl<T> Timers<T> {
    pub(crate) fn new() -> Self {
        Self { owners: BTreeMap::new(), serial: 0 }
    }

    /// Sets a timer that expires at `at`.
    pub(crate) fn set(&mut self, at: Instant, owner: T) -> TimerKey {
        self.serial += 1;
        let key = TimerKey { at, serial: self.serial };
        self.owners.insert(key, owner);
        key
    }

    /// Removes a timer, unless it has expired.
    pub(crate) fn cancel(&mut self, key: TimerKey) -> Option<T> {
        self.owners.remove(&key)
    }

    /// Removes the timers whose owner is `chosen`.
    pub(crate) fn take_all(&mut self, chosen: impl Fn(&T) -> bool) -> impl Iterator<Item = T> {
        self.owners.extract_if(.., move |_, owner| chosen(owner)).map(|(_, owner)| owner)
    }

    /// The time at which the next timer expires.
    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.owners.first_key_value().map(|(key, _)| key.at)
    }

    /// Takes a timer that has expired by `now`.
    pub(crate) fn pop_expired(&mut self, now: Instant) -> Option<T> {
        let first = self.owners.first_entry()?;
        (first.key().at <= now).then(|| first.remove())
    }
}

impl TimerKey {
    /// The time at which the timer expires.
    pub(crate) fn at(self) -> Instant {
        self.at
    }
}
