//! The handles of started downloads and set timers.

use std::rc::Weak;

use super::Shared;
use crate::download::DownloadKey;
use crate::timers::TimerKey;

/// A download that has been started. Dropping the handle changes nothing: the download continues.
#[derive(Clone, Debug)]
pub struct Download {
    pub(super) client: Weak<Shared>,
    pub(super) key: Option<DownloadKey>,
}

/// A timer that has been set. Dropping the handle changes nothing: the timer stays set.
#[derive(Clone, Debug)]
pub struct Timer {
    pub(super) client: Weak<Shared>,
    pub(super) key: TimerKey,
}

impl Download {
    /// Stops the download: its connection is closed at once, and its callback is called on a later turn of the loop
    /// with [`Error::Cancelled`](crate::Error::Cancelled). Does nothing if the download has ended.
    ///
    /// [`Timer::cancel`] differs: it drops the callback.
    pub fn cancel(&self) {
        if let (Some(client), Some(key)) = (self.client.upgrade(), self.key) {
            client.downloads.borrow_mut().cancel(key);
        }
    }
}

impl Timer {
    /// Cancels the timer: its callback is dropped, not called. Does nothing if the timer has expired.
    ///
    /// [`Download::cancel`] differs: it leads to a call. So a retry that pauses by a timer loses its `on_complete` if
    /// that timer is cancelled: keep the `on_complete` outside the timer, and call it there.
    pub fn cancel(&self) {
        if let Some(client) = self.client.upgrade() {
            let callback = client.downloads.borrow_mut().reactor.cancel_call(self.key);
            drop(callback); // nothing is borrowed here: its state may hold a client
        }
    }
}
