//! What ureq drives: a connection with its buffers, made for one request and its reply.
//!
//! ureq sees the [`Head`] of a reply as all styles do, once it is whole and put plainly. Of a body that comes in chunks
//! it sees what they decode to, as if the end of the connection were the end of the body.
//!
//! What becomes of the connection is decided outside. ureq asks [`is_open`](Transport::is_open) exactly when a reply of
//! known length has ended where it should and the server offers the connection for another request. That is when the
//! connection is taken out and put aside for the download.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use photo::{Chunked, Endpoint, Error, Head, Phase};
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

mod buffers;

use buffers::InOut;

use crate::connection::{Connection, Patience};

/// What a download and its transport tell each other past ureq, which stands between them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aside(Arc<Mutex<Told>>);

#[derive(Debug, Default)]
pub(crate) struct Told {
    /// By the download: the head is whole, what comes is the body.
    pub(crate) head_is_whole: bool,
    /// By the download: the server offers the connection for another request.
    pub(crate) keeps_alive: bool,
    /// By the transport: bytes of a reply were there when the connection failed.
    pub(crate) answered: bool,
    /// By the transport: the connection can be used again.
    pub(crate) spare: Option<Connection>,
}

impl Aside {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection, and what is in flight on it.
#[derive(Debug)]
pub(crate) struct OneExchange {
    /// Until it is put aside.
    connection: Option<Connection>,
    endpoint: Endpoint,
    patience: Patience,
    aside: Aside,
    buffers: InOut,
    body: Option<Framing>,
}

/// What comes behind the head.
#[derive(Debug)]
enum Framing {
    /// What ureq takes as it comes.
    Plain,
    Chunked(Chunked),
}

impl OneExchange {
    /// With `room` bytes for the request.
    pub(crate) fn new(
        connection: Connection,
        endpoint: &Endpoint,
        patience: Patience,
        aside: Aside,
        room: usize,
    ) -> Self {
        let buffers = InOut::new(room);
        Self {
            connection: Some(connection),
            endpoint: endpoint.clone(),
            patience,
            aside,
            buffers,
            body: None,
        }
    }

    /// Receives until the head is whole; `false` if the connection ends before.
    fn await_head(&mut self) -> Result<bool, ureq::Error> {
        while self.receive(Phase::Head)? > 0 {
            let Some(head) = Head::parse(self.buffers.unread()).map_err(wrap)? else { continue };
            let mut body = head.chunked.map_or(Framing::Plain, Framing::Chunked);
            if let Framing::Chunked(chunked) = &mut body {
                self.buffers.decode(head.length, chunked);
            }
            self.body = Some(body);
            self.buffers.replace(head.length, &head.plain);
            return Ok(true);
        }
        Ok(false)
    }

    /// Receives until there is some of the body; `false` if it is whole.
    fn await_chunk(&mut self) -> Result<bool, ureq::Error> {
        loop {
            if let Some(Framing::Chunked(chunked)) = &self.body
                && chunked.is_over().map_err(wrap)?
            {
                let offered = self.aside.lock().keeps_alive && !chunked.has_surplus();
                let spare = self.connection.take_if(|connection| offered && connection.is_drained());
                self.aside.lock().spare = spare;
                return Ok(false);
            }
            if self.receive(Phase::Body)? == 0 {
                return Err(wrap(Error::Truncated { received: 0, expected: None }));
            }
            if let Some(Framing::Chunked(chunked)) = &mut self.body {
                self.buffers.decode(0, chunked);
                if !self.buffers.unread().is_empty() {
                    return Ok(true);
                }
            }
        }
    }

    /// Receives once; nothing is the end.
    fn receive(&mut self, phase: Phase) -> Result<usize, ureq::Error> {
        let connection = self.connection.as_mut().ok_or(ureq::Error::ConnectionFailed)?;
        self.patience.phase = phase;
        let received = connection.read(self.buffers.space(), &mut self.patience);
        if let Ok(n @ 1..) = received {
            self.buffers.filled(n);
            return Ok(n);
        }
        self.aside.lock().answered = !self.buffers.unread().is_empty();
        // What is not understood yet never will be. ureq is left with nothing, and knows whether that is an end.
        self.buffers.clear();
        received.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> ureq::Error {
        wrap(self.patience.error(&self.endpoint, error))
    }
}

impl Transport for OneExchange {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let connection = self.connection.as_mut().ok_or(ureq::Error::ConnectionFailed)?;
        self.patience.phase = Phase::Send;
        let sent = connection.write_all(self.buffers.written(amount), &mut self.patience);
        sent.map_err(|error| self.failed(error))
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        match self.body {
            None => self.await_head(),
            Some(Framing::Plain) => self.receive(Phase::Body).map(|n| n > 0),
            Some(_) => self.await_chunk(),
        }
    }

    fn is_open(&mut self) -> bool {
        self.aside.lock().spare = self.connection.take_if(Connection::is_drained);
        // Or it would be kept by ureq, too.
        false
    }

    fn is_tls(&self) -> bool {
        self.connection.as_ref().is_some_and(Connection::is_tls)
    }
}

/// As [`ureq::Error::Other`], which ureq passes on as it is. It would take an I/O error for the end of a body whose
/// length nobody knows.
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

/// Hands the transport, which is there already, to ureq.
#[derive(Debug)]
pub(crate) struct Ready(Mutex<Option<OneExchange>>);

impl Ready {
    pub(crate) fn new(transport: OneExchange) -> Self {
        Self(Mutex::new(Some(transport)))
    }
}

impl Connector for Ready {
    type Out = OneExchange;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<OneExchange>, ureq::Error> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).take())
    }
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
