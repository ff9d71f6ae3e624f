//! The steps by which the server answers one request.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

/// The steps for one request. A clone is cheap, because it shares the prepared reply.
#[derive(Clone, Debug)]
pub(crate) struct Script(Arc<[Step]>);

/// A step. A script that ends without closing leaves the connection ready for the next request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Write these bytes; over once the kernel has taken all of them.
    Send(Bytes),
    /// Do nothing for the first duration, give or take up to the second: the waits are spread evenly between.
    Wait(Duration, Duration),
    /// Do nothing until this number of requests is open at once, but not for longer than this.
    Gather(usize, Duration),
    /// Do nothing until the peer leaves.
    Stall,
    /// Skip this number of steps if this is the first request of its connection.
    OnReuse(usize),
    /// Close at once, as close(2) does.
    Close,
    /// Close at once, over TLS too, without a `close_notify`.
    Cut,
    /// Shut down the sending side, then discard the peer's bytes: a close over unread input would be a reset, and the
    /// peer might lose the reply.
    Finish,
    /// Close with a TCP reset.
    Reset,
}

impl Script {
    pub(crate) fn new(steps: Vec<Step>) -> Self {
        Self(steps.into())
    }

    pub(crate) fn step(&self, index: usize) -> Option<&Step> {
        self.0.get(index)
    }

    /// The bytes that this script keeps in memory, for the cache to count.
    pub(crate) fn bytes(&self) -> usize {
        let sent = |step: &Step| match step {
            Step::Send(bytes) => bytes.len(),
            _ => 0,
        };
        size_of_val(&*self.0) + self.0.iter().map(sent).sum::<usize>()
    }
}

impl Step {
    pub(crate) fn send(bytes: impl Into<Bytes>) -> Self {
        Self::Send(bytes.into())
    }

    /// Does nothing for exactly this long.
    pub(crate) fn wait(duration: Duration) -> Self {
        Self::Wait(duration, Duration::ZERO)
    }

    /// Sends the bytes in pieces of `size`, each after a pause.
    pub(crate) fn send_slowly(bytes: Vec<u8>, size: usize, every: Duration) -> impl Iterator<Item = Self> {
        let bytes = Bytes::from(bytes);
        (0..bytes.len()).step_by(size).flat_map(move |at| {
            let end = bytes.len().min(at + size);
            [Self::wait(every), Self::Send(bytes.slice(at..end))]
        })
    }
}
