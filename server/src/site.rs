//! What all connections of one server share.

use std::collections::VecDeque;

use crate::counters::Tally;
use crate::hold::Hold;
use crate::routes::Routes;

const KEPT_HEADS: usize = 64;

/// Only the server's thread touches this.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) routes: Routes,
    pub(crate) tally: Tally,
    heads: Option<VecDeque<Vec<u8>>>,
    /// For the next requests, one each.
    pub(crate) holds: VecDeque<Hold>,
    /// How often as many requests have been open as one of them waited for.
    pub(crate) gatherings: u64,
}

impl Site {
    pub(crate) fn new(routes: Routes, keep_heads: bool) -> Self {
        Self {
            routes,
            tally: Tally::default(),
            heads: keep_heads.then(VecDeque::new),
            holds: VecDeque::new(),
            gatherings: 0,
        }
    }

    /// Whether `count` requests are open at once, or were since there had been `before` gatherings.
    pub(crate) fn gathered(&mut self, count: usize, before: u64) -> bool {
        if self.gatherings == before && self.tally.open_requests() >= count as u64 {
            self.gatherings += 1;
        }
        self.gatherings > before
    }

    pub(crate) fn keep_head(&mut self, head: &[u8]) {
        if let Some(heads) = &mut self.heads {
            if heads.len() == KEPT_HEADS {
                heads.pop_front();
            }
            heads.push_back(head.to_vec());
        }
    }

    /// The last request heads, the oldest first.
    pub(crate) fn heads(&self) -> Vec<Vec<u8>> {
        self.heads.iter().flatten().cloned().collect()
    }
}
