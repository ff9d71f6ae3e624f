//! The timer of a download.

use std::io;
use std::time::Instant;

use super::{DownloadKey, Downloads, State};

impl Downloads {
    /// Called when the timer of a download expires. The deadline may have moved since the timer was set.
    pub(super) fn on_deadline(&mut self, key: DownloadKey) {
        let Some(download) = self.download(key) else { return };
        let deadline = download.deadline.at();
        if deadline <= self.reactor.now {
            let error = download.deadline.error(&self.config, self.pending[key.slot].phase());
            self.on_error(key, error);
            // A download that has started over needs a timer again.
            let again = self.download(key).map(|download| download.deadline.at());
            if let Some(at) = again {
                self.reset_timer(key, at);
            }
            return;
        }
        self.reset_timer(key, deadline);
        if let State::Connect { end, .. } = self.pending[key.slot].state {
            if end <= self.reactor.now {
                return self.give_up_address(key, io::ErrorKind::TimedOut.into());
            }
            self.set_timer(key, end);
        }
    }

    /// Called when bytes have moved: the silence starts again.
    pub(super) fn moved(&mut self, key: DownloadKey) {
        let download = &mut self.pending[key.slot];
        download.deadline.moved(&self.config, self.reactor.now);
        let at = download.deadline.at();
        self.set_timer(key, at);
    }

    /// Has the timer expire by `at`.
    pub(super) fn set_timer(&mut self, key: DownloadKey, at: Instant) {
        if at < self.pending[key.slot].timer.at() {
            self.reset_timer(key, at);
        }
    }

    pub(super) fn reset_timer(&mut self, key: DownloadKey, at: Instant) {
        let download = &mut self.pending[key.slot];
        self.reactor.cancel_timer(download.timer);
        download.timer = self.reactor.set_timer(at, key);
    }
}
