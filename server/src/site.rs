//! The state that all connections of one event loop share.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::counters::Tally;
use crate::hold::Hold;
use crate::open_requests::OpenRequests;
use crate::routes::Routes;

const KEPT_HEADS: usize = 64;

/// The fractional parts of its multiples are spread evenly: so are any number of them in a row.
const GOLDEN_RATIO: f64 = 0.618_033_988_749_894_9;

/// The shared state. Only the thread of the loop uses it, except the open requests of the whole server.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) routes: Routes,
    pub(crate) tally: Tally,
    heads: Option<VecDeque<Vec<u8>>>,
    /// The holds of the next requests, one each.
    pub(crate) holds: VecDeque<Hold>,
    /// The place of the last pair of jittered delays: its first one between the least and the most, from 0 to 1.
    place: f64,
    /// The place of the second one, until it is used.
    mirrored: Option<f64>,
    pub(crate) open_requests: Arc<OpenRequests>,
}

impl Site {
    pub(crate) fn new(routes: Routes, keep_heads: bool, open_requests: Arc<OpenRequests>) -> Self {
        Self {
            routes,
            tally: Tally::new(Arc::clone(&open_requests)),
            heads: keep_heads.then(VecDeque::new),
            holds: VecDeque::new(),
            place: 0.0,
            mirrored: None,
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

    /// The next of many delays that are spread evenly between `delay - jitter` and `delay + jitter`. They come in pairs whose
    /// mean is `delay`, so that of a few is right too. Every event loop has the same ones in the same order, again after each
    /// reset. Without jitter none is drawn.
    pub(crate) fn jittered(&mut self, delay: Duration, jitter: Duration) -> Duration {
        if jitter.is_zero() {
            return delay;
        }
        let place = self.mirrored.take().unwrap_or_else(|| {
            self.place = (self.place + GOLDEN_RATIO).fract();
            self.mirrored = Some(1.0 - self.place);
            self.place
        });
        delay.saturating_sub(jitter) + (2 * jitter).mul_f64(place)
    }

    /// Sets the counters to zero, and begins with the first of the jittered delays.
    pub(crate) fn reset(&mut self) {
        self.tally.reset();
        self.place = 0.0;
        self.mirrored = None;
    }

    /// The last request heads, the oldest first.
    pub(crate) fn heads(&self) -> Vec<Vec<u8>> {
        self.heads.iter().flatten().cloned().collect()
    }
}
