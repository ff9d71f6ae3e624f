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

use crate::connection::{Connection, Patience};

/// Room for the first bytes of a reply: what a thread that only waits has to hold.
const FIRST_ROOM: usize = 8 << 10;

/// Room for one read of a large photo.
const MOST_ROOM: usize = 64 << 10;

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
        let buffers = InOut { output: vec![0; room], ..InOut::default() };
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
        let sent = connection.write_all(&self.buffers.output[..amount], &mut self.patience);
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

/// The bytes of the request, and the ones of the reply that ureq has not consumed yet.
///
/// The reply's part starts small, for the many threads that only wait, and grows for those that have much to read.
/// It never holds more than a head and one read.
#[derive(Debug, Default)]
struct InOut {
    output: Vec<u8>,
    input: Vec<u8>,
    start: usize,
    end: usize,
    /// The last read could have brought more.
    was_full: bool,
    /// ureq's last look at the input made something of it.
    progress: bool,
}

impl InOut {
    fn unread(&self) -> &[u8] {
        &self.input[self.start..self.end]
    }

    fn space(&mut self) -> &mut [u8] {
        self.input.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.was_full || self.input.is_empty() {
            let room = (4 * self.input.len()).clamp(FIRST_ROOM, MOST_ROOM).max(self.end + FIRST_ROOM);
            self.input.resize(room, 0);
        }
        &mut self.input[self.end..]
    }

    fn filled(&mut self, n: usize) {
        self.end += n;
        self.was_full = self.end == self.input.len();
    }

    /// Puts `head` in the place of the first `length` unread bytes.
    fn replace(&mut self, length: usize, head: &[u8]) {
        self.input.splice(self.start..self.start + length, head.iter().copied());
        self.end = self.end + head.len() - length;
    }

    /// Decodes what is unread but for the first `kept` bytes.
    fn decode(&mut self, kept: usize, chunked: &mut Chunked) {
        let encoded = self.start + kept;
        self.end = encoded + chunked.decode(&mut self.input[encoded..self.end]);
    }

    fn clear(&mut self) {
        self.start = self.end;
    }
}

impl Buffers for InOut {
    fn output(&mut self) -> &mut [u8] {
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        self.unread()
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.space()
    }

    fn input_appended(&mut self, amount: usize) {
        self.filled(amount);
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.start += amount;
    }

    /// For requests with a body, of which there are none.
    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        (&mut self.input[self.end..], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.progress && !self.unread().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use photo::MAX_HEAD;

    #[test]
    fn the_input_grows_only_when_reads_fill_it() {
        let mut buffers = InOut::default();
        for _ in 0..10 {
            assert_eq!(buffers.space().len(), FIRST_ROOM);
            buffers.filled(FIRST_ROOM - 1);
            buffers.input_consume(FIRST_ROOM - 1);
        }
        for room in [FIRST_ROOM, 4 * FIRST_ROOM, MOST_ROOM, MOST_ROOM] {
            assert_eq!(buffers.space().len(), room);
            buffers.filled(room);
            buffers.input_consume(room);
        }
    }

    #[test]
    fn what_is_not_understood_is_kept_and_bounded() {
        let mut buffers = InOut::default();
        let mut next = 0;
        while buffers.unread().len() <= MAX_HEAD {
            let space = buffers.space();
            assert!(!space.is_empty());
            space.fill_with(|| {
                next = (next + 1) % 251;
                u8::try_from(next).unwrap()
            });
            let n = space.len();
            buffers.filled(n);
        }
        assert!(buffers.input.len() <= MAX_HEAD + FIRST_ROOM);
        assert!(
            buffers
                .unread()
                .iter()
                .zip((1..=250).chain([0]).cycle())
                .all(|(byte, expected)| *byte == expected)
        );
    }
}
