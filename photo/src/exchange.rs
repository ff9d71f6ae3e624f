//! One download in progress, without its waiting.

use std::io;
use std::sync::Arc;

use crate::body::Body;
use crate::head::PartialHead;
use crate::reply::Reply;
use crate::{Config, Error, Origin, Phase, Progress, Target};

mod request;
mod step;

pub use step::Step;

/// One hop of a download: it owns the bytes, and the driver moves them.
///
/// ```text
///            new
///             │
///             ▼          everything
///        ┌─────────┐ sent  sent    ┌─────────┐  head whole   ┌─────────┐
///        │  Send   │──────────────▶│  Head   │──────────────▶│  Body   │
///        └─────────┘               └─────────┘               └─────────┘
///             ▲                      │     │                      │
///             │  restart: a kept     │     │ a redirect           │ the photo is whole
///             │  connection was dead │     ▼                      ▼
///             └──────────────────────┘  Redirect                Done
/// ```
///
/// A whole reply that brings no photo leads from Head or Body to Failed.
///
/// The driver sends [`to_send`](Exchange::to_send) and reports [`sent`](Exchange::sent) until nothing is left. Then it
/// reads into [`space`](Exchange::space) and reports [`filled`](Exchange::filled) until the result is not
/// [`Step::More`]. The head is read into a scratch buffer of the driver, of any size, which may serve all downloads of a
/// thread: between two calls an exchange keeps nothing in it, so a download that waits for its first byte has no buffer.
///
/// ```
/// use photo::{Config, Error, Exchange, Step};
///
/// // Send
/// let mut exchange = Exchange::new("http://coolcats.com/cat.gif", &Config::default().into())?;
/// while !exchange.to_send().is_empty() {
///     let written = exchange.to_send().len().min(10); // what the socket took
///     exchange.sent(written);
/// }
///
/// // Head, then Body: the bytes may come in any pieces
/// let gif = b"GIF89a\x01\0\x01\0\0\0\0;";
/// let mut incoming = b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n".iter().chain(gif);
/// let mut scratch = [0; 4096];
/// let photo = loop {
///     exchange.space(&mut scratch)[0] = *incoming.next().expect("the reply ended too early");
///     match exchange.filled(&mut scratch, 1)? {
///         Step::More => continue,
///         Step::Redirect { .. } => unreachable!("the reply was no redirect"),
///         Step::Failed { error, .. } => return Err(error),
///         Step::Done { photo, keep_for } => {
///             assert!(keep_for.is_some(), "the connection may be kept");
///             break photo;
///         }
///     }
/// };
/// assert_eq!(photo.bytes, gif);
/// # Ok::<(), Error>(())
/// ```
pub struct Exchange {
    target: Target,
    config: Arc<Config>,
    state: State,
}

enum State {
    Send { request: Vec<u8>, sent: usize },
    Head(PartialHead),
    Body(Body),
    Over,
}

impl Exchange {
    /// A download of `url`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`], before anything is sent.
    pub fn new(url: &str, config: &Arc<Config>) -> Result<Self, Error> {
        Self::of(Target::parse(url)?, Arc::clone(config))
    }

    /// A download from a checked target.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfig`] if the request cannot be written.
    pub fn of(target: Target, config: Arc<Config>) -> Result<Self, Error> {
        let state = State::send(&target, &config)?;
        Ok(Self { target, config, state })
    }

    /// The server to connect to.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.target.origin()
    }

    /// The present phase of the download, once it has a connection.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.state {
            State::Send { .. } => Phase::Send,
            State::Head(_) => Phase::Head,
            State::Body(_) | State::Over => Phase::Body,
        }
    }

    /// The progress of the download.
    #[must_use]
    pub fn progress(&self) -> Progress {
        match &self.state {
            State::Body(body) => body.progress(),
            _ => Progress::default(),
        }
    }

    /// The bytes of the request that are still to be sent.
    #[must_use]
    pub fn to_send(&self) -> &[u8] {
        match &self.state {
            State::Send { request, sent } => &request[*sent..],
            _ => &[],
        }
    }

    /// Counts `n` bytes of [`to_send`](Self::to_send) as sent.
    ///
    /// # Panics
    ///
    /// If `n` is larger than the rest of the request.
    pub fn sent(&mut self, n: usize) {
        assert!(n <= self.to_send().len(), "more bytes sent than there were");
        self.state = match std::mem::replace(&mut self.state, State::Over) {
            State::Send { request, sent } if sent + n < request.len() => {
                State::Send { request, sent: sent + n }
            }
            State::Send { .. } => State::Head(PartialHead::default()),
            other => other,
        };
    }

    /// Free space for the next bytes of the reply: `scratch` for the head, then the photo's own buffer. While the
    /// reply is awaited, it is never empty, unless `scratch` is.
    pub fn space<'a>(&'a mut self, scratch: &'a mut [u8]) -> &'a mut [u8] {
        match &mut self.state {
            State::Head(_) => scratch,
            State::Body(body) => body.space(),
            State::Send { .. } | State::Over => &mut [],
        }
    }

    /// Takes `n` bytes that were read into [`space`](Self::space) of the same `scratch`; 0 is the end of the stream.
    ///
    /// # Errors
    ///
    /// Any variant of [`Error`] that a reply can cause; the connection must then be closed, and this exchange is over.
    pub fn filled(&mut self, scratch: &mut [u8], n: usize) -> Result<Step, Error> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Head(head) if n == 0 => {
                self.state = State::Head(head);
                Err(self.truncated())
            }
            State::Head(head) => self.head(head, &mut scratch[..n]),
            State::Body(mut body) => {
                let is_whole = body.filled(n)?;
                self.body(body, is_whole)
            }
            State::Send { .. } | State::Over => Err(Error::malformed("a reply where none was awaited")),
        }
    }

    fn head(&mut self, mut head: PartialHead, piece: &mut [u8]) -> Result<Step, Error> {
        let decided = head.add(piece, |head, rest| Reply::decide(&self.target, &self.config, &head, rest))?;
        match decided {
            None => {
                self.state = State::Head(head);
                Ok(Step::More)
            }
            Some((Reply::Redirect { target, keep_for }, _)) => {
                let next = Box::new(Self::of(target, Arc::clone(&self.config))?);
                Ok(Step::Redirect { next, keep_for })
            }
            Some((Reply::Refused { error, keep_for }, _)) => Step::refused(error, keep_for),
            Some((Reply::Photo(mut body), rest)) => {
                let is_whole = body.begin(rest)?;
                self.body(body, is_whole)
            }
        }
    }

    fn body(&mut self, body: Body, is_whole: bool) -> Result<Step, Error> {
        if is_whole {
            let (photo, keep_for) = body.finish(&self.target, &self.config);
            return match photo {
                Ok(photo) => Ok(Step::Done { photo, keep_for }),
                Err(error) => Step::refused(error, keep_for),
            };
        }
        self.state = State::Body(body);
        Ok(Step::More)
    }

    /// The error of an exchange whose connection failed.
    #[must_use]
    pub fn failed(&self, error: io::Error) -> Error {
        match error.kind() {
            // TLS reports a connection that ended without notice in this way.
            io::ErrorKind::UnexpectedEof => self.truncated(),
            _ => Error::io(self.phase(), self.origin(), error),
        }
    }

    /// Starts over if `error` may only mean that the server had given up a kept connection: the connection was lost or
    /// silent before any byte of a reply, or the reply is status 408. RFC 9112, section 9.3.1, allows another attempt
    /// at a GET.
    ///
    /// Returns whether it did; the driver then continues with a fresh connection. An [`Error::Timeout`] of the whole
    /// download is final.
    pub fn restart(&mut self, error: &Error) -> bool {
        let is_unanswered = match &self.state {
            State::Send { .. } => true,
            State::Head(head) => head.is_empty(),
            State::Body(_) | State::Over => false,
        };
        let may_be_given_up = match error {
            Error::Status { code: 408, .. } => true,
            Error::Timeout { after, .. } => is_unanswered && *after != self.config.timeout,
            error => is_unanswered && error.is_lost_connection(),
        };
        if !may_be_given_up {
            return false;
        }
        // The request could be written before.
        State::send(&self.target, &self.config).map(|state| self.state = state).is_ok()
    }

    fn truncated(&self) -> Error {
        match &self.state {
            State::Head(head) => head.truncated(),
            State::Body(body) => body.truncated(),
            State::Send { .. } | State::Over => Error::Truncated { received: 0, expected: None },
        }
    }
}

impl State {
    fn send(target: &Target, config: &Config) -> Result<Self, Error> {
        Ok(Self::Send { request: request::write(target, config)?, sent: 0 })
    }
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange")
            .field("url", &self.target.url())
            .field("phase", &self.phase())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
