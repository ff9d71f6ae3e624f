//! Idle connections, kept for the next download.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::{Config, Origin};

/// Idle connections by origin, of any type that a style has.
///
/// The connection used last is taken first, since it is the most likely to be alive. A connection beyond a limit is
/// handed back, so that the style can close it in its own way. [`Config::max_idle_per_host`] limits the connections of
/// each origin; four times that limits all of them.
#[derive(Debug)]
pub struct Pool<C> {
    /// The origin of the latest download, mostly that of the next one too: found without hashing.
    latest: Option<(Origin, Vec<Idle<C>>)>,
    /// All others, each with at least one connection.
    others: HashMap<Origin, Vec<Idle<C>>>,
    total: usize,
    max_per_host: usize,
}

#[derive(Debug)]
struct Idle<C> {
    connection: C,
    /// The time from which the connection is too old; `None` if it never is.
    until: Option<Instant>,
}

/// A connection that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept<C> {
    /// It may be used again.
    Fresh(C),
    /// It was kept for too long and must be closed.
    TooOld(C),
}

impl<C> Pool<C> {
    /// An empty pool with the limits of `config`.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { latest: None, others: HashMap::new(), total: 0, max_per_host: config.max_idle_per_host }
    }

    /// Takes the connection to `origin` that was used last.
    pub fn take(&mut self, origin: &Origin, now: Instant) -> Option<Kept<C>> {
        let Idle { connection, until } = self.change(origin, Vec::pop)?;
        let is_fresh = until.is_none_or(|until| now < until);
        Some(if is_fresh { Kept::Fresh(connection) } else { Kept::TooOld(connection) })
    }

    /// Takes out one connection that the server has closed, wherever it is in the pool.
    pub fn remove(&mut self, origin: &Origin, is_it: impl Fn(&C) -> bool) -> Option<C> {
        let idle = self.change(origin, |idle| {
            let at = idle.iter().position(|idle| is_it(&idle.connection))?;
            Some(idle.remove(at))
        })?;
        Some(idle.connection)
    }

    /// Keeps a connection from `now` on, for at most `keep_for`; returns one to be closed if a limit is reached.
    #[must_use = "the returned connection must be closed"]
    pub fn put(&mut self, origin: &Origin, connection: C, now: Instant, keep_for: Duration) -> Option<C> {
        if self.max_per_host == 0 {
            return Some(connection);
        }
        let max_per_host = self.max_per_host;
        let is_full = self.total == max_per_host.saturating_mul(4);
        let idle = self.latest(origin);
        let kept = Idle { connection, until: now.checked_add(keep_for) };
        if idle.len() == max_per_host {
            // The oldest is the least likely to be alive.
            idle.rotate_left(1);
            return idle.last_mut().map(|oldest| std::mem::replace(oldest, kept).connection);
        }
        idle.push(kept);
        self.total += 1;
        if !is_full {
            return None;
        }
        let other = self.others.keys().next().cloned()?;
        Some(self.change(&other, |idle| Some(idle.remove(0)))?.connection)
    }

    /// The number of idle connections, over all origins.
    #[must_use]
    pub fn len(&self) -> usize {
        self.total
    }

    /// Whether the pool has no connection.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The connections to `origin`, which becomes the latest.
    fn latest(&mut self, origin: &Origin) -> &mut Vec<Idle<C>> {
        if self.latest.as_ref().is_none_or(|(latest, _)| latest != origin) {
            let idle = self.others.remove(origin).unwrap_or_default();
            if let Some((other, idle)) = self.latest.replace((origin.clone(), idle))
                && !idle.is_empty()
            {
                self.others.insert(other, idle);
            }
        }
        self.latest.as_mut().map(|(_, idle)| idle).expect("it has just been set")
    }

    /// Takes out one of the connections to `origin` with `take`.
    fn change(
        &mut self,
        origin: &Origin,
        take: impl FnOnce(&mut Vec<Idle<C>>) -> Option<Idle<C>>,
    ) -> Option<Idle<C>> {
        let taken = match &mut self.latest {
            Some((latest, idle)) if latest == origin => take(idle)?,
            _ => {
                let idle = self.others.get_mut(origin)?;
                let taken = take(idle)?;
                if idle.is_empty() {
                    self.others.remove(origin);
                }
                taken
            }
        };
        self.total -= 1;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Target;

    const LONG: Duration = Duration::from_secs(90);

    /// Uses one moment for all calls: most tests are not about age.
    fn put<C>(pool: &mut Pool<C>, origin: &Origin, connection: C) -> Option<C> {
        pool.put(origin, connection, Instant::now(), LONG)
    }

    fn take<C>(pool: &mut Pool<C>, origin: &Origin) -> Option<C> {
        pool.take(origin, Instant::now()).map(|kept| match kept {
            Kept::Fresh(connection) | Kept::TooOld(connection) => connection,
        })
    }

    fn origin(host: &str) -> Origin {
        Target::parse(&format!("http://{host}/")).unwrap().origin().clone()
    }

    #[test]
    fn the_one_used_last_is_taken_first() {
        let mut pool = Pool::new(&Config::default());
        let a = origin("a.test");
        for i in 1..=3 {
            assert_eq!(put(&mut pool, &a, i), None);
        }
        assert_eq!(take(&mut pool, &origin("b.test")), None);
        assert_eq!(take(&mut pool, &origin("a.test:81")), None);
        assert_eq!((pool.remove(&a, |i| *i == 2), pool.remove(&a, |i| *i == 2)), (Some(2), None));
        assert_eq!([(); 3].map(|()| take(&mut pool, &a)), [Some(3), Some(1), None]);
        assert!(pool.is_empty());
    }

    #[test]
    fn surplus_connections_are_returned_oldest_first() {
        let mut pool = Pool::new(&Config::default().max_idle_per_host(2));
        let a = origin("a.test");
        assert_eq!([1, 2, 3].map(|i| put(&mut pool, &a, i)), [None, None, Some(1)]);
        assert_eq!(pool.len(), 2);
        assert_eq!([(); 2].map(|()| take(&mut pool, &a)), [Some(3), Some(2)]);

        let mut none = Pool::new(&Config::default().max_idle_per_host(0));
        assert_eq!(put(&mut none, &a, 1), Some(1));
    }

    #[test]
    fn many_origins_do_not_add_up_without_bound() {
        let mut pool = Pool::new(&Config::default().max_idle_per_host(1));
        let surplus = (0..100).filter_map(|i| put(&mut pool, &origin(&format!("h{i}.test")), i)).count();
        assert_eq!((pool.len(), surplus), (4, 96));
        // Both limits are reached, and one connection is returned.
        assert_eq!((put(&mut pool, &origin("h99.test"), 100), pool.len()), (Some(99), 4));
    }

    #[test]
    fn another_origin_gives_up_its_oldest() {
        let mut pool = Pool::new(&Config::default().max_idle_per_host(2));
        let put_each = |pool: &mut Pool<_>, host: &str, connections: [i32; 2]| {
            connections.map(|connection| put(pool, &origin(host), connection))
        };
        for host in ["a.test", "a.test:81", "a.test:82", "a.test:83"] {
            assert_eq!(put_each(&mut pool, host, [1, 2]), [None, None]);
        }
        assert_eq!(put(&mut pool, &origin("b.test"), 3), Some(1));
    }

    #[test]
    fn origins_by_turns_keep_their_connections() {
        let mut pool = Pool::new(&Config::default());
        let origins = ["a.test", "b.test", "c.test"].map(origin);
        for i in 0..9 {
            assert_eq!(put(&mut pool, &origins[i % 3], i), None);
        }
        for i in (0..9).rev() {
            assert_eq!(take(&mut pool, &origins[i % 3]), Some(i));
        }
        assert!(pool.is_empty() && pool.others.is_empty());
    }

    #[test]
    fn a_connection_is_kept_for_its_time_and_not_longer() {
        let mut pool = Pool::new(&Config::default());
        let (a, now) = (origin("a.test"), Instant::now());
        for (i, keep_for) in [LONG, Duration::MAX, Duration::ZERO].into_iter().enumerate() {
            assert_eq!(pool.put(&a, i, now, keep_for), None);
        }
        assert_eq!(pool.take(&a, now), Some(Kept::TooOld(2)));
        assert_eq!(pool.take(&a, now + 2 * LONG), Some(Kept::Fresh(1)));
        assert_eq!(pool.take(&a, now + LONG), Some(Kept::TooOld(0)));
        assert_eq!(pool.take(&a, now), None);
    }
}
