//! Cancellation of a client's downloads and timers, also from other threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Client, Remote};

/// Stops a client, from any thread. Clones are handles to the same token.
///
/// [`Client::cancellable`] returns it, together with the client that it stops.
///
/// ```
/// use photo_callbacks::{Client, Error};
/// # let server = photo_server::PhotoServer::start()?;
/// # let url = &server.url("/photo?delay_ms=60000");
///
/// let (client, token) = Client::default().cancellable();
/// client.download(url, |result| assert!(matches!(result, Err(Error::Cancelled))));
/// std::thread::spawn(move || token.cancel());
/// client.run(); // returns as soon as the callback has been called
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CancelToken {
    flag: Arc<Flag>,
    remote: Remote,
}

/// Whether a client is cancelled, by itself or with the client that it was made from.
#[derive(Debug)]
pub(crate) struct Flag {
    cancelled: AtomicBool,
    parent: Option<Arc<Flag>>,
}

impl CancelToken {
    /// A token that is cancelled together with `parent`, and may be cancelled without it.
    pub(crate) fn child(parent: Option<&Arc<Flag>>, remote: Remote) -> Self {
        let flag = Flag { cancelled: AtomicBool::new(false), parent: parent.cloned() };
        Self { flag: Arc::new(flag), remote }
    }

    /// Ends every present and future download of the client that belongs to this token with
    /// [`Error::Cancelled`](crate::Error::Cancelled), in the next turn of the loop.
    ///
    /// Its timers expire early, because the pause of a retry must end with the work. A waiting loop wakes up. Another
    /// call changes nothing.
    pub fn cancel(&self) {
        self.flag.cancelled.store(true, Ordering::Release);
        self.remote.call(Client::end_cancelled);
    }

    /// Whether [`cancel`](Self::cancel) has been called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.flag.is_set()
    }

    pub(crate) fn flag(&self) -> &Arc<Flag> {
        &self.flag
    }
}

impl Flag {
    pub(crate) fn is_set(&self) -> bool {
        let parent_is_set = || self.parent.as_ref().is_some_and(|parent| parent.is_set());
        self.cancelled.load(Ordering::Acquire) || parent_is_set()
    }
}

/// Whether `flag` exists and is set.
pub(crate) fn is_set(flag: Option<&Arc<Flag>>) -> bool {
    flag.is_some_and(|flag| flag.is_set())
}
