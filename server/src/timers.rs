//! The deadlines of connections and listeners.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use mio::Token;

/// Deadlines in order. An entry is removed with its connection, so the set does not grow with closed ones.
#[derive(Debug, Default)]
pub(crate) struct Timers(BTreeSet<(Instant, Token)>);

impl Timers {
    pub(crate) fn insert(&mut self, at: Instant, token: Token) {
        self.0.insert((at, token));
    }

    /// Moves the deadline of `token`; `None` means no deadline.
    pub(crate) fn change(&mut self, token: Token, from: Option<Instant>, to: Option<Instant>) {
        if from != to {
            if let Some(from) = from {
                self.0.remove(&(from, token));
            }
            if let Some(to) = to {
                self.0.insert((to, token));
            }
        }
    }

    /// The time that the event loop may sleep. `None` is forever.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        let (at, _) = self.0.first()?;
        Some(at.saturating_duration_since(Instant::now()))
    }

    /// Removes the due tokens, the earliest first.
    pub(crate) fn due(&mut self) -> Vec<Token> {
        let mut due = Vec::new();
        if self.0.is_empty() {
            return due;
        }
        let now = Instant::now();
        while let Some(&(at, token)) = self.0.first()
            && at <= now
        {
            self.0.pop_first();
            due.push(token);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_due_is_taken_out_and_in_order() {
        let mut timers = Timers::default();
        let now = Instant::now();
        timers.insert(now, Token(2));
        timers.insert(now + Duration::from_mins(1), Token(3));
        timers.insert(now.checked_sub(Duration::from_millis(1)).unwrap(), Token(1));
        assert_eq!(timers.due(), [Token(1), Token(2)]);
        assert!(timers.timeout().unwrap() > Duration::from_secs(50));
    }

    #[test]
    fn a_changed_deadline_leaves_nothing_behind() {
        let mut timers = Timers::default();
        let soon = Instant::now();
        timers.change(Token(1), None, Some(soon));
        timers.change(Token(1), Some(soon), None);
        assert_eq!(timers.timeout(), None);
    }
}
