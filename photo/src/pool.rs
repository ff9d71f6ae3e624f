//! Idle connections, kept for the next download.

use std::collections::HashMap;

use crate::{Config, Origin};

/// Idle connections by origin, of whatever type a style has for them.
///
/// The one used last is taken first, since it is the most likely to be alive still. What does not fit is handed
/// back, so that the style can close it in its own way; the number of connections is bounded for each origin by
/// [`Config::max_idle_per_host`], and over all origins by four times that.
#[derive(Debug)]
pub struct Pool<C> {
    idle: HashMap<Origin, Vec<C>>,
    total: usize,
    max_per_host: usize,
}

impl<C> Pool<C> {
    /// An empty pool with the limits of `config`.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { idle: HashMap::new(), total: 0, max_per_host: config.max_idle_per_host }
    }

    /// Takes the connection to `origin` that was used last.
    pub fn take(&mut self, origin: &Origin) -> Option<C> {
        let idle = self.idle.get_mut(origin)?;
        let connection = idle.pop()?;
        if idle.is_empty() {
            self.idle.remove(origin);
        }
        self.total -= 1;
        Some(connection)
    }

    /// Keeps a connection; returns one that is to be closed, where a limit is reached.
    #[must_use = "what is handed back is to be closed"]
    pub fn put(&mut self, origin: &Origin, connection: C) -> Option<C> {
        if self.max_per_host == 0 {
            return Some(connection);
        }
        let mut surplus = None;
        let makes_room = self.idle.get(origin).is_some_and(|idle| idle.len() == self.max_per_host);
        if self.total == self.max_per_host.saturating_mul(4) && !makes_room {
            surplus =
                self.idle.keys().find(|other| *other != origin).cloned().and_then(|other| self.take(&other));
        }
        // An entry is made only for a new origin: its key is a copy, and this is done for every download.
        let Some(idle) = self.idle.get_mut(origin) else {
            self.idle.insert(origin.clone(), vec![connection]);
            self.total += 1;
            return surplus;
        };
        if idle.len() == self.max_per_host {
            // The oldest is the least likely to be alive.
            idle.rotate_left(1);
            return idle.last_mut().map(|oldest| std::mem::replace(oldest, connection));
        }
        idle.push(connection);
        self.total += 1;
        surplus
    }

    /// Takes one connection out, wherever it stands: the server has closed it.
    pub fn remove(&mut self, origin: &Origin, is_it: impl Fn(&C) -> bool) -> Option<C> {
        let idle = self.idle.get_mut(origin)?;
        let connection = idle.remove(idle.iter().position(is_it)?);
        if idle.is_empty() {
            self.idle.remove(origin);
        }
        self.total -= 1;
        Some(connection)
    }

    /// How many connections are idle, over all origins.
    #[must_use]
    pub fn len(&self) -> usize {
        self.total
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Target;

    fn origin(host: &str) -> Origin {
        Target::parse(&format!("http://{host}/")).unwrap().origin().clone()
    }

    #[test]
    fn the_one_used_last_is_taken_first() {
        let mut pool = Pool::new(&Config::default());
        let a = origin("a.test");
        assert!(pool.put(&a, 1).is_none());
        assert!(pool.put(&a, 2).is_none());
        assert_eq!(pool.take(&origin("b.test")), None);
        assert_eq!(pool.take(&origin("a.test:81")), None);
        assert_eq!(pool.take(&a), Some(2));
        assert_eq!(pool.take(&a), Some(1));
        assert_eq!(pool.take(&a), None);
    }

    #[test]
    fn what_does_not_fit_is_handed_back_oldest_first() {
        let mut pool = Pool::new(&Config::default().max_idle_per_host(2));
        let a = origin("a.test");
        assert_eq!(pool.put(&a, 1), None);
        assert_eq!(pool.put(&a, 2), None);
        assert_eq!(pool.put(&a, 3), Some(1));
        assert_eq!(pool.len(), 2);
        assert_eq!(pool.take(&a), Some(3));
        assert_eq!(pool.take(&a), Some(2));
        assert!(pool.is_empty());
    }

    #[test]
    fn many_origins_do_not_add_up_without_bound() {
        let mut pool = Pool::new(&Config::default().max_idle_per_host(1));
        let surplus = (0..100).filter_map(|i| pool.put(&origin(&format!("h{i}.test")), i)).count();
        assert_eq!((pool.len(), surplus), (4, 96));
    }

    #[test]
    fn only_one_is_handed_back_where_both_limits_are_reached() {
        let mut pool = Pool::new(&Config::default().max_idle_per_host(1));
        for (i, host) in ["a.test", "b.test", "c.test", "d.test"].into_iter().enumerate() {
            assert_eq!(pool.put(&origin(host), i), None);
        }
        assert_eq!(pool.put(&origin("a.test"), 4), Some(0));
        assert_eq!(pool.len(), 4);
    }

    #[test]
    fn none_is_kept_where_none_may_be() {
        let mut pool = Pool::new(&Config::default().max_idle_per_host(0));
        assert_eq!(pool.put(&origin("a.test"), 1), Some(1));
    }

    #[test]
    fn a_closed_one_can_be_taken_out() {
        let mut pool = Pool::new(&Config::default());
        let a = origin("a.test");
        for i in 0..3 {
            assert!(pool.put(&a, i).is_none());
        }
        assert_eq!(pool.remove(&a, |i| *i == 1), Some(1));
        assert_eq!(pool.remove(&a, |i| *i == 1), None);
        assert_eq!(pool.len(), 2);
    }
}
