//! What ureq drives: a connection, lent for one request and the head of its reply.
//!
//! ureq sees the [`Head`] of a reply as all styles do, once it is whole and put plainly. Of the body it sees nothing:
//! it would copy it from a buffer of its own, while the photo's can be read into. So what was lent comes back when ureq
//! is done with it, and the download goes on there.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use photo::{Error, Head, Origin, Phase};
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

mod buffers;

use buffers::InOut;

use crate::connection::{Connection, Patience};

/// One request and its reply.
#[derive(Debug)]
pub(crate) struct OneExchange {
    line: Line,
    buffers: InOut,
    /// Of the reply, once it is whole.
    head: Option<Head>,
    is_answered: bool,
}

impl OneExchange {
    /// With `room` bytes for the request.
    pub(crate) fn new(connection: Connection, origin: &Origin, patience: Patience, room: usize) -> Self {
        Self {
            line: Line { connection, origin: origin.clone(), patience },
            buffers: InOut::new(room),
            head: None,
            is_answered: false,
        }
    }

    /// Whether any byte of a reply has come.
    pub(crate) fn is_answered(&self) -> bool {
        self.is_answered
    }

    /// The head of the reply, and what of the body came with it.
    pub(crate) fn reply(&mut self) -> Option<(Head, &mut [u8])> {
        Some((self.head.take()?, self.buffers.unread_mut()))
    }

    /// Receives once, straight into `space`; nothing is the end.
    pub(crate) fn receive(&mut self, space: &mut [u8]) -> Result<usize, Error> {
        self.line.receive(space, Phase::Body)
    }

    /// The connection, if nothing is left to be read from it.
    pub(crate) fn into_drained(mut self) -> Option<Connection> {
        self.line.connection.is_drained().then_some(self.line.connection)
    }

    /// Receives until the head is whole; `false` if the connection ends before, or if there is no more for ureq.
    fn await_head(&mut self) -> Result<bool, Error> {
        let was_whole = self.head.is_some();
        while self.head.is_none() {
            let received = self.line.receive(self.buffers.space(), Phase::Head)?;
            if received == 0 {
                // What is not understood yet never will be.
                self.buffers.clear();
                return Ok(false);
            }
            self.is_answered = true;
            self.buffers.filled(received);
            if let Some(head) = Head::parse(self.buffers.unread())? {
                self.buffers.replace(head.length, &head.plain);
                self.head = Some(head);
            }
        }
        Ok(!was_whole)
    }
}

/// A connection in use.
#[derive(Debug)]
struct Line {
    connection: Connection,
    origin: Origin,
    patience: Patience,
}

impl Line {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.patience.phase = Phase::Send;
        let sent = self.connection.write_all(bytes, &mut self.patience);
        sent.map_err(|error| self.failed(error))
    }

    fn receive(&mut self, space: &mut [u8], phase: Phase) -> Result<usize, Error> {
        self.patience.phase = phase;
        let received = self.connection.read(space, &mut self.patience);
        received.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> Error {
        self.patience.error(&self.origin, error)
    }
}

/// Where an exchange lies while ureq does not have it.
#[derive(Clone, Debug)]
pub(crate) struct Slot(Arc<Mutex<Option<OneExchange>>>);

impl Slot {
    pub(crate) fn new(exchange: OneExchange) -> Self {
        Self(Arc::new(Mutex::new(Some(exchange))))
    }

    /// The exchange, unless ureq has it.
    pub(crate) fn take(&self) -> Option<OneExchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, exchange: OneExchange) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(exchange);
    }
}

/// Lends the exchange to ureq.
impl Connector for Slot {
    type Out = Lent;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<Lent>, ureq::Error> {
        Ok(self.take().map(|exchange| Lent { exchange: Some(exchange), slot: self.clone() }))
    }
}

/// An exchange in the hands of ureq, which goes back into its slot when ureq drops it.
#[derive(Debug)]
pub(crate) struct Lent {
    /// Until it goes back.
    exchange: Option<OneExchange>,
    slot: Slot,
}

impl Lent {
    fn exchange(&mut self) -> &mut OneExchange {
        self.exchange.as_mut().expect("it goes back when this is dropped")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(exchange) = self.exchange.take() {
            self.slot.put(exchange);
        }
    }
}

impl Transport for Lent {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.exchange().buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let OneExchange { line, buffers, .. } = self.exchange();
        line.send(buffers.written(amount)).map_err(wrap)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        self.exchange().await_head().map_err(wrap)
    }

    /// Or it would be kept by ureq.
    fn is_open(&mut self) -> bool {
        false
    }

    fn is_tls(&self) -> bool {
        self.exchange.as_ref().is_some_and(|exchange| exchange.line.connection.is_tls())
    }
}

/// As [`ureq::Error::Other`], which ureq passes on as it is.
fn wrap(error: Error) -> ureq::Error {
    ureq::Error::Other(Box::new(error))
}

/// What an error from ureq means to the user.
pub(crate) fn unwrap(error: ureq::Error) -> Error {
    let reason = match error {
        ureq::Error::Other(inner) => match inner.downcast::<Error>() {
            Ok(error) => return *error,
            Err(other) => other.to_string(),
        },
        // Ours are all wrapped. This is ureq's word for an end where there should have been more.
        ureq::Error::Io(_) => return Error::Truncated { received: 0, expected: None },
        ureq::Error::Protocol(error) => error.to_string(),
        other => other.to_string(),
    };
    Error::Malformed { reason: reason.into() }
}

/// There is nothing left to resolve.
#[derive(Debug)]
pub(crate) struct Resolved;

impl Resolver for Resolved {
    fn resolve(
        &self,
        _: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
