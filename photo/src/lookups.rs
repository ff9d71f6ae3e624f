//! Look-ups of host names: one for all downloads that wait for the same name.

use std::collections::{HashMap, VecDeque};

use crate::Origin;

/// The running and the queued look-ups of a style; `W` is a waiting download.
///
/// It starts no thread and asks no resolver. Abandoned downloads do not add up: they are dropped before more space is
/// taken.
#[derive(Debug)]
pub struct Lookups<W> {
    waiting: HashMap<Origin, Vec<W>>,
    /// Look-ups that wait for a thread.
    queue: VecDeque<Origin>,
    still_waits: fn(&W) -> bool,
}

impl<W> Lookups<W> {
    /// An empty list. `still_waits` returns whether a download has not given up.
    #[must_use]
    pub fn new(still_waits: fn(&W) -> bool) -> Self {
        Self { waiting: HashMap::new(), queue: VecDeque::new(), still_waits }
    }

    /// Makes `download` wait for `origin`. Returns whether that is a new look-up, which waits for a thread.
    pub fn ask(&mut self, origin: &Origin, download: W) -> bool {
        if let Some(waiting) = self.waiting.get_mut(origin) {
            if waiting.len() == waiting.capacity() {
                waiting.retain(self.still_waits);
            }
            waiting.push(download);
            return false;
        }
        if self.queue.len() == self.queue.capacity() {
            let queue = std::mem::take(&mut self.queue);
            self.queue = queue.into_iter().filter(|origin| self.is_wanted(origin)).collect();
        }
        self.queue.push_back(origin.clone());
        self.waiting.insert(origin.clone(), vec![download]);
        true
    }

    /// The look-up that has waited longest for a thread and that a download still waits for.
    pub fn start_next(&mut self) -> Option<Origin> {
        loop {
            let origin = self.queue.pop_front()?;
            if self.is_wanted(&origin) {
                return Some(origin);
            }
        }
    }

    /// Ends a look-up; returns the downloads that wait for it.
    pub fn end(&mut self, origin: &Origin) -> Vec<W> {
        self.waiting.remove(origin).unwrap_or_default()
    }

    /// Removes the downloads that are `chosen`, because they have given up.
    pub fn forget(&mut self, origin: &Origin, chosen: impl Fn(&W) -> bool) {
        if let Some(waiting) = self.waiting.get_mut(origin) {
            waiting.retain(|download| !chosen(download));
        }
    }

    /// Whether a download still waits for the look-up; forgets it if not.
    fn is_wanted(&mut self, origin: &Origin) -> bool {
        let is_wanted = self.waiting.get(origin).is_some_and(|waiting| waiting.iter().any(self.still_waits));
        if !is_wanted {
            self.waiting.remove(origin);
        }
        is_wanted
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Weak};

    use super::*;
    use crate::Target;

    fn origin(host: &str) -> Origin {
        Target::parse(&format!("http://{host}/")).unwrap().origin().clone()
    }

    fn lookups() -> Lookups<Weak<u32>> {
        Lookups::new(|download| download.strong_count() > 0)
    }

    #[test]
    fn a_host_is_looked_up_once_for_all_that_wait() {
        let (mut lookups, a) = (lookups(), origin("a.test"));
        let downloads = [1, 2, 3].map(Arc::new);
        let new = downloads.each_ref().map(|download| lookups.ask(&a, Arc::downgrade(download)));
        assert_eq!(new, [true, false, false]);
        assert_eq!((lookups.start_next(), lookups.start_next()), (Some(a.clone()), None));
        assert!(!lookups.ask(&a, Arc::downgrade(&downloads[0])), "it is under way");
        lookups.forget(&a, |download| download.upgrade().is_some_and(|it| *it == 2));
        let answered: Vec<_> = lookups.end(&a).iter().filter_map(Weak::upgrade).collect();
        assert_eq!(answered.iter().map(|download| **download).collect::<Vec<_>>(), [1, 3, 1]);
        assert!(lookups.ask(&a, Arc::downgrade(&downloads[0])), "it has ended");
    }

    #[test]
    fn a_look_up_that_nothing_waits_for_takes_no_thread() {
        let mut lookups = lookups();
        let (gone, stays) = (Arc::new(1), Arc::new(2));
        lookups.ask(&origin("gone.test"), Arc::downgrade(&gone));
        lookups.ask(&origin("stays.test"), Arc::downgrade(&stays));
        drop(gone);
        assert_eq!((lookups.start_next(), lookups.start_next()), (Some(origin("stays.test")), None));
        assert!(!lookups.waiting.contains_key(&origin("gone.test")));
    }

    #[test]
    fn downloads_that_have_given_up_do_not_add_up() {
        let mut lookups = lookups();
        let hanging = origin("hanging.test");
        for i in 0..1000 {
            lookups.ask(&hanging, Weak::new());
            lookups.ask(&origin(&format!("queued{i}.test")), Weak::new());
            assert!(lookups.queue.len() <= 8 && lookups.waiting.len() <= 8);
            assert!(lookups.waiting.get(&hanging).is_none_or(|waiting| waiting.len() <= 8));
        }
        assert_eq!(lookups.start_next(), None);
        assert!(lookups.waiting.is_empty());
    }
}
