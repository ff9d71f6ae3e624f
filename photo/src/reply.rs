//! The decision that a head leads to.

use std::time::Duration;

use http::HeaderValue;

use crate::head::Head;
use crate::incoming::{Framing, Incoming};
use crate::{Config, Error, Target};

/// The effect of an accepted head.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The photo.
    Photo(Incoming),
    /// The photo is elsewhere.
    Redirect {
        /// The target of the next request.
        target: Target,
        /// Time that this connection may be kept for another request; `None` if it must be closed.
        keep_for: Option<Duration>,
    },
}

impl Reply {
    /// Decides on a reply to `target`; `rest` are the bytes after its `head`.
    ///
    /// # Errors
    ///
    /// [`Error::Status`], [`Error::TooManyRedirects`], [`Error::InvalidUrl`] (of a redirect), [`Error::TooLarge`] (by
    /// the length announced) or [`Error::Malformed`].
    pub(crate) fn decide(
        target: &Target,
        config: &Config,
        head: Head<'_>,
        rest: &[u8],
    ) -> Result<Self, Error> {
        let idle_timeout = head.idle_timeout.unwrap_or(Duration::MAX);
        let keep_for = head.keep_alive.then(|| config.max_idle_age.min(idle_timeout));
        match head.code {
            301 | 302 | 303 | 307 | 308 => {
                // Reading a body that is not needed may take longer than a new connection.
                let is_over = matches!(head.framing, Framing::Length(0)) && rest.is_empty();
                let target = target.redirect(&location(&head)?, config)?;
                Ok(Self::Redirect { target, keep_for: keep_for.filter(|_| is_over) })
            }
            // 206 is a part of a photo; 204 and 205 have no body.
            200..=203 | 207..=299 => {
                if let Some(compression) = head.compression {
                    let compression = compression.escape_ascii();
                    return Err(Error::malformed(format_args!(
                        "content encoding \"{compression}\", which the request did not offer"
                    )));
                }
                Ok(Self::Photo(Incoming::new(head.framing, keep_for, config)?))
            }
            code => Err(Error::Status { code, retry_after: head.retry_after }),
        }
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
