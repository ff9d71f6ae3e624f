//! The timer of a download.

use std::time::Instant;

use super::{DownloadKey, Downloads, State};

impl Downloads {
    /// Called when the timer of a slot expires. The deadline may have moved since it was set. The slot may belong to a
    /// later download than `setter`, or be free.
    pub(super) fn on_timer(&mut self, setter: DownloadKey) {
        let slot = setter.slot;
        self.timers[slot] = None;
        let Some(download) = self.pending.get(slot) else { return };
        let key = DownloadKey { serial: download.serial, slot };
        if download.deadline.at() <= self.reactor.now {
            let error = download.deadline.error(&self.config, download.phase());
            self.on_error(key, error);
        } else if let State::Connect(connecting) = &download.state
            && connecting.next_at().is_some_and(|at| at <= self.reactor.now)
        {
            self.attempt_next(key);
        }
        // The download has mostly timed out now. If not, it needs a new timer.
        let Some(download) = self.download(key) else { return };
        let next_at = match &download.state {
            State::Connect(connecting) => connecting.next_at(),
            _ => None,
        };
        let deadline = download.deadline.at();
        self.set_timer(key, next_at.map_or(deadline, |at| at.min(deadline)));
    }

    /// Called when bytes have moved: the permitted silence restarts.
    pub(super) fn moved(&mut self, key: DownloadKey) {
        let download = &mut self.pending[key.slot];
        download.deadline.moved(&self.config, self.reactor.now);
        let at = download.deadline.at();
        self.set_timer(key, at);
    }

    /// Sets the timer to expire by `at`.
    pub(super) fn set_timer(&mut self, key: DownloadKey, at: Instant) {
        if self.timers.len() <= key.slot {
            self.timers.resize(key.slot + 1, None);
        }
        let timer = &mut self.timers[key.slot];
        if timer.is_some_and(|timer| timer.at() <= at) {
            return;
        }
        if let Some(later) = timer.replace(self.reactor.set_timer(at, key)) {
            self.reactor.cancel_timer(later);
        }
    }
}
