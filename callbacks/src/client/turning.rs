//! The loop and its turns.

use std::cell::Cell;
use std::os::fd::{AsFd, BorrowedFd};

use super::Client;

/// Marks the loop as turning until this is dropped, also by a panic.
pub(super) struct Turning<'a>(&'a Cell<bool>);

impl<'a> Turning<'a> {
    pub(super) fn enter(turning: &'a Cell<bool>) -> Option<Self> {
        (!turning.replace(true)).then(|| Self(turning))
    }
}

impl Drop for Turning<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// The file descriptor is readable when [`turn`](Client::turn) has something to handle. Only watch it: the client
/// loses any event that is read elsewhere.
impl AsFd for Client {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.shared.registry.as_fd()
    }
}
