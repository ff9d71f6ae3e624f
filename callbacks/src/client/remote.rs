//! Calls from other threads.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use super::Client;
use crate::reactor::Callback;

/// Reaches a client from other threads: [`Client`] stays on its thread, this is `Send` and `Sync`.
///
/// A thread that waits for Ctrl-C can stop everything:
///
/// ```
/// use photo_callbacks::{Client, Error};
/// # let server = photo_server::PhotoServer::start()?;
/// # let url = &server.url("/photo?delay_ms=60000");
///
/// let client = Client::default();
/// client.download(url, |result| assert!(matches!(result, Err(Error::Cancelled))));
/// let remote = client.remote();
/// std::thread::spawn(move || remote.call(|client| client.cancel_all()));
/// client.run(); // returns as soon as the callback has been called
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Remote {
    calls: Sender<Call>,
    waker: Arc<mio::Waker>,
}

/// The client's end: the calls that remotes have queued.
pub(super) struct Calls(Receiver<Call>);

type Call = Box<dyn FnOnce(&Client) + Send>;

impl Remote {
    pub(super) fn new(waker: Arc<mio::Waker>) -> (Self, Calls) {
        let (calls, queued) = mpsc::channel();
        (Self { calls, waker }, Calls(queued))
    }

    /// Calls `callback` with the client, on the client's thread, in the next turn. A waiting loop wakes up.
    ///
    /// Returns false if the client is gone; then `callback` is dropped. A queued call keeps neither the client nor
    /// [`run`](Client::run) going: if `run` has returned, the call waits for the next turn, and the last client that
    /// is dropped drops it.
    pub fn call(&self, callback: impl FnOnce(&Client) + Send + 'static) -> bool {
        let queued = self.calls.send(Box::new(callback)).is_ok();
        // While the client is there, the waker works.
        queued && self.waker.wake().is_ok()
    }
}

impl Calls {
    /// Takes the queued calls, as callbacks that do not keep `client` alive.
    pub(super) fn take(&self, client: &Client) -> Vec<Callback> {
        let as_callback = |call: Call| -> Callback {
            let client = Rc::downgrade(&client.shared);
            Box::new(move || {
                if let Some(shared) = client.upgrade() {
                    call(&Client { shared, cancelled: None });
                }
            })
        };
        self.0.try_iter().map(as_callback).collect()
    }
}
