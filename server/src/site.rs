//! The state that all connections of one event loop share.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::counters::Tally;
use crate::hold::Hold;
use crate::open_requests::OpenRequests;
use crate::routes::Routes;

const KEPT_HEADS: usize = 64;

/// The shared state. Only the thread of the loop uses it, except the open requests of the whole server.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) routes: Routes,
    pub(crate) tally: Tally,
    heads: Option<VecDeque<Vec<u8>>>,
    /// The holds of the next requests, one each.
    pub(crate) holds: VecDeque<Hold>,
    pub(crate) open_requests: Arc<OpenRequests>,
}

impl Site {
    pub(crate) fn new(routes: Routes, keep_heads: bool, open_requests: Arc<OpenRequests>) -> Self {
        Self {
            routes,
            tally: Tally::new(Arc::clone(&open_requests)),
            heads: keep_heads.then(VecDeque::new),
            holds: VecDeque::new(),
            open_requests,
        }
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
