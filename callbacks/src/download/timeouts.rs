//! What a download has on loan: its timer and its connection.

use std::io;
use std::time::Instant;

use super::{DownloadKey, State};
use crate::event_loop::{EventLoop, Owner, TimerOwner};

impl EventLoop {
    /// Called when the timer of a download expires, which may be earlier than its deadline is by now.
    pub(crate) fn on_deadline(&mut self, key: DownloadKey) {
        let Some(download) = self.download(key) else { return };
        let deadline = download.deadline.at();
        if deadline <= self.now {
            let error = download.deadline.error(&self.config, self.downloads[key.slot].phase());
            return self.complete(key, Err(error));
        }
        self.reset_timer(key, deadline);
        if let State::Connect { end, .. } = self.downloads[key.slot].state {
            if end <= self.now {
                return self.give_up_address(key, io::ErrorKind::TimedOut.into());
            }
            self.set_timer(key, end);
        }
    }

    /// Bytes have moved.
    pub(super) fn moved(&mut self, key: DownloadKey) {
        let download = &mut self.downloads[key.slot];
        download.deadline.moved(&self.config, self.now);
        let at = download.deadline.at();
        self.set_timer(key, at);
    }

    /// Has the timer expire by `at`.
    pub(super) fn set_timer(&mut self, key: DownloadKey, at: Instant) {
        if at < self.downloads[key.slot].timer.at() {
            self.reset_timer(key, at);
        }
    }

    pub(super) fn reset_timer(&mut self, key: DownloadKey, at: Instant) {
        let download = &mut self.downloads[key.slot];
        self.timers.cancel(download.timer);
        download.timer = self.timers.set(at, TimerOwner::Download(key));
    }

    /// Keeps the connection for the next download if it may be used again, or closes it.
    pub(super) fn release_connection(&mut self, key: DownloadKey, reuse: bool) {
        let download = &mut self.downloads[key.slot];
        let Some(connection) = download.take_connection() else { return };
        if !reuse {
            return self.close(connection);
        }
        let origin = download.exchange.origin();
        self.connections[connection].owner = Owner::Idle(origin.clone());
        if let Some(surplus) = self.idle.put(origin, connection) {
            self.close(surplus);
        }
    }

    pub(super) fn drop_connection(&mut self, key: DownloadKey) {
        if let Some(connection) = self.downloads[key.slot].take_connection() {
            self.close(connection);
        }
    }
}
