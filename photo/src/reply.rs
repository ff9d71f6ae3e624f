//! The decision that a head leads to.

use std::time::Duration;

use http::HeaderValue;

use crate::body::{Body, Framing};
use crate::head::Head;
use crate::{Config, Error, Target};

/// The effect of an accepted head.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The photo.
    Photo(Body),
    /// The photo is elsewhere.
    Redirect {
        /// The target of the next request.
        target: Target,
        /// Time that this connection may be kept for another request; `None` if it must be closed.
        keep_for: Option<Duration>,
    },
    /// No photo.
    Refused {
        /// The reason.
        error: Error,
        /// Time that this connection may be kept for another request; `None` if it must be closed.
        keep_for: Option<Duration>,
    },
}

/// Longest body that is read although no download needs it, in bytes. Up to this length it arrives in one read with
/// the head, in every style.
const MAX_UNWANTED: usize = 2 << 10;

impl Reply {
    /// Decides on a reply to `target`; `rest` are the bytes after its `head`. After an error, the connection must be
    /// closed.
    pub(crate) fn decide(
        target: &Target,
        config: &Config,
        head: &Head<'_>,
        rest: &[u8],
    ) -> Result<Self, Error> {
        let idle_timeout = head.idle_timeout.unwrap_or(Duration::MAX);
        let keep_for = head.keep_alive().then(|| config.max_idle_age.min(idle_timeout));
        match head.code {
            301 | 302 | 303 | 307 | 308 => {
                let target = target.redirect(&location(head)?, config)?;
                Ok(Self::Redirect { target, keep_for: keep_for.filter(|_| is_whole(head, rest)) })
            }
            // 206 is a part of a photo; 204 and 205 have no body.
            200..=203 | 207..=299 => {
                if let Some(compression) = head.compression {
                    let compression = compression.escape_ascii();
                    return Err(Error::malformed(format_args!(
                        "content encoding \"{compression}\", which the request did not offer"
                    )));
                }
                Ok(Self::Photo(Body::new(head.framing(), keep_for, config)?))
            }
            code => {
                let error = Error::Status { code, retry_after: head.retry_after };
                match code {
                    // HTTP ends on this connection, or the server gives it up.
                    101 | 408 => Err(error),
                    _ => Ok(Self::Refused { error, keep_for: keep_for.filter(|_| is_whole(head, rest)) }),
                }
            }
        }
    }
}

/// Whether `rest` is the whole body, and short. A wait for an unneeded body may take longer than a new connection.
fn is_whole(head: &Head<'_>, rest: &[u8]) -> bool {
    rest.len() <= MAX_UNWANTED
        && match head.framing() {
            Framing::Length(length) => length == rest.len() as u64,
            Framing::Chunked(mut chunked) => {
                chunked.decode(&mut rest.to_vec());
                matches!(chunked.is_over(), Ok(true)) && !chunked.has_surplus()
            }
            // These have no body (RFC 9112, section 6.3).
            Framing::Close => matches!(head.code, 204 | 304) && rest.is_empty(),
        }
}

fn location(head: &Head<'_>) -> Result<HeaderValue, Error> {
    let location = head.location.ok_or_else(|| Error::malformed("a redirect without Location"))?;
    if head.has_other_location {
        return Err(Error::malformed("a redirect to more than one Location"));
    }
    // A folded line is one line with spaces in it (RFC 9112, section 5.2).
    let unfolded: Vec<u8> =
        location.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }).collect();
    HeaderValue::from_bytes(&unfolded).map_err(|_| Error::malformed("a Location with control characters"))
}
