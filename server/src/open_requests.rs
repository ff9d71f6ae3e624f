//! The requests that are open at once, in all loops of a server together.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// The open requests, shared by the loops of a server.
#[derive(Debug, Default)]
pub(crate) struct OpenRequests {
    now: AtomicU64,
    most: AtomicU64,
    gatherings: AtomicU64,
}

impl OpenRequests {
    pub(crate) fn opened(&self) {
        let now = self.now.fetch_add(1, SeqCst) + 1;
        self.most.fetch_max(now, SeqCst);
    }

    pub(crate) fn closed(&self) {
        self.now.fetch_sub(1, SeqCst);
    }

    /// The most requests that were open at once since the last reset.
    pub(crate) fn most(&self) -> u64 {
        self.most.load(SeqCst)
    }

    pub(crate) fn reset(&self) {
        self.most.store(self.now.load(SeqCst), SeqCst);
    }

    /// The number of gatherings: a gathering is the moment when all requests that one waits for are open.
    pub(crate) fn gatherings(&self) -> u64 {
        self.gatherings.load(SeqCst)
    }

    /// Whether `count` requests are open at once, or have been since `before` gatherings.
    pub(crate) fn gathered(&self, count: usize, before: u64) -> bool {
        if self.gatherings() == before && self.now.load(SeqCst) >= count as u64 {
            // If another loop was first, it is the same gathering.
            let _ = self.gatherings.compare_exchange(before, before + 1, SeqCst, SeqCst);
        }
        self.gatherings() > before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gathering_counts_once_and_stays() {
        let open = OpenRequests::default();
        open.opened();
        assert!(!open.gathered(2, 0));
        open.opened();
        assert!(open.gathered(2, 0) && open.gathered(2, 0));
        assert_eq!((open.gatherings(), open.most()), (1, 2));
        open.closed();
        assert!(open.gathered(2, 0) && !open.gathered(2, 1));
        open.reset();
        assert_eq!(open.most(), 1);
    }
}
