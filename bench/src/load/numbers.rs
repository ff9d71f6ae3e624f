//! The numbers of a loop's downloads: which of them lead in, which are measured, and which lead out.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The numbers of all downloads, each given once, to any thread.
///
/// The window opens when the first download of each taker has ended, however late a thread or a task got the core for it.
/// As many others have ended by then, because downloads that start at once stay in step for two turns. It closes when
/// as many more have ended as are measured. By then as many again as there are takers have started, so that all that
/// should be in flight are.
#[derive(Debug)]
pub(super) struct Numbers {
    /// The downloads that are measured.
    count: usize,
    /// The takers whose first downloads lead in; 0 measures all downloads.
    takers: usize,
    /// The first downloads that have started. Their numbers are below `takers`, and all others above.
    first: AtomicUsize,
    first_ended: AtomicUsize,
    next: AtomicUsize,
    ended: AtomicUsize,
    /// The number of the first measured download; [`UNKNOWN`] until the window opens.
    start: AtomicUsize,
    /// The downloads that have ended when the window closes; [`UNKNOWN`] until it opens.
    last: AtomicUsize,
}

const UNKNOWN: usize = usize::MAX;

/// An edge of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Opens,
    Closes,
}

impl Numbers {
    pub(super) fn new(count: usize, takers: usize) -> Self {
        let [start, last] = if takers == 0 { [0, count] } else { [UNKNOWN; 2] };
        Self {
            count,
            takers,
            first: AtomicUsize::new(0),
            first_ended: AtomicUsize::new(0),
            next: AtomicUsize::new(takers),
            ended: AtomicUsize::new(0),
            start: AtomicUsize::new(start),
            last: AtomicUsize::new(last),
        }
    }

    /// Whether downloads lead in and out.
    pub(super) fn has_leads(&self) -> bool {
        self.takers > 0
    }

    /// The number of the first download of a taker; `None` if no more are wanted.
    pub(super) fn first(&self) -> Option<usize> {
        if self.has_leads() { Some(self.first.fetch_add(1, Relaxed)) } else { self.next() }
    }

    /// The number of one more download; `None` if no more are wanted.
    pub(super) fn next(&self) -> Option<usize> {
        let end = self.start.load(Relaxed).saturating_add(self.count + self.takers);
        Some(self.next.fetch_add(1, Relaxed)).filter(|number| *number < end)
    }

    /// The place of a download among those that are measured; `None` if it leads in or out.
    pub(super) fn place(&self, number: usize) -> Option<usize> {
        number.checked_sub(self.start.load(Relaxed)).filter(|place| *place < self.count)
    }

    /// Counts a download that has ended. From its last one on, the window closes.
    pub(super) fn ended(&self, number: usize) -> Option<Edge> {
        let ended = self.ended.fetch_add(1, Relaxed) + 1;
        if number < self.takers {
            self.first_ended.fetch_add(1, Relaxed);
        }
        if self.last.load(Relaxed) == UNKNOWN && self.is_led_in(ended) && self.open(ended) {
            self.start.store(self.next.load(Relaxed), Relaxed);
            return Some(Edge::Opens);
        }
        (ended >= self.last.load(Relaxed)).then_some(Edge::Closes)
    }

    /// Whether the lead is over when so many downloads have ended.
    fn is_led_in(&self, ended: usize) -> bool {
        ended >= 2 * self.takers && self.first_ended.load(Relaxed) == self.takers
    }

    /// Opens the window; whether this thread is the first to.
    fn open(&self, ended: usize) -> bool {
        self.last.compare_exchange(UNKNOWN, ended + self.count, Relaxed, Relaxed).is_ok()
    }

    /// The downloads of both leads that have ended.
    pub(super) fn in_leads(&self) -> usize {
        if self.has_leads() { self.ended.load(Relaxed).saturating_sub(self.count) } else { 0 }
    }
}
