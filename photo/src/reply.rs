//! What the head of a reply decides.

use http::{Response, Version, header};

use crate::incoming::Framing;
use crate::{Config, Error, Head, Incoming, RetryAfter, Target};

/// What follows a head that was accepted.
#[derive(Debug)]
pub enum Reply {
    /// The photo.
    Photo(Incoming),
    /// The photo is elsewhere.
    Redirect {
        /// Where to ask next.
        target: Box<Target>,
        /// Whether this connection may be used again.
        reuse: bool,
    },
}

impl Reply {
    /// Decides what to do with a reply to `target`: `response` is what its `head` says plainly, and `rest` has come
    /// behind that.
    ///
    /// # Errors
    ///
    /// [`Error::Status`], [`Error::TooManyRedirects`], [`Error::InvalidUrl`] (of a redirect), [`Error::TooLarge`] (by
    /// what is announced) or [`Error::Malformed`].
    pub fn judge<T>(
        target: &Target,
        config: &Config,
        head: Head,
        response: &Response<T>,
        rest: &[u8],
    ) -> Result<Self, Error> {
        let headers = response.headers();
        let refused = |code| Err(Error::Status { code, retry_after: RetryAfter::of(headers) });
        match response.status().as_u16() {
            301 | 302 | 303 | 307 | 308 => {
                let mut locations = headers.get_all(header::LOCATION).iter();
                let location =
                    locations.next().ok_or_else(|| Error::malformed("a redirect without Location"))?;
                if locations.any(|other| other != location) {
                    return Err(Error::malformed("a redirect to more than one Location"));
                }
                let target = target.redirect(location, config)?.into();
                // Reading a body that nobody wants may take longer than connecting anew.
                let is_over = matches!(head.framing, Framing::Length(0)) && rest.is_empty();
                Ok(Self::Redirect { target, reuse: keeps_alive(response) && is_over })
            }
            // A part of a photo is no photo, and these others have no body to be one.
            code @ 204..=206 => refused(code),
            200..=299 => {
                accept_encoding(&head)?;
                Ok(Self::Photo(Incoming::new(head.framing, keeps_alive(response), config)?))
            }
            code => refused(code),
        }
    }
}

/// Nobody asked for an encoded photo, and its bytes would not be the photo's.
fn accept_encoding(head: &Head) -> Result<(), Error> {
    head.encoding.as_ref().map_or(Ok(()), |encoding| {
        let encoding = encoding.escape_ascii().to_string();
        Err(Error::malformed(format_args!("content encoding {encoding:?}, which nobody asked for")))
    })
}

/// Whether the server offers the connection for another request (RFC 9112, section 9.3).
fn keeps_alive<T>(response: &Response<T>) -> bool {
    let says = |token: &str| {
        let values = response.headers().get_all(header::CONNECTION);
        let mut tokens = values.iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        tokens.any(|value| value.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
    };
    !says("close") && (response.version() != Version::HTTP_10 || says("keep-alive"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_kept_unless_the_server_closes_it() {
        for (version, connection, kept) in [
            (Version::HTTP_11, &b""[..], true),
            (Version::HTTP_11, b"upgrade, Close", false),
            (Version::HTTP_11, b"close, caf\xe9", false),
            (Version::HTTP_11, b"closed", true),
            (Version::HTTP_10, b"", false),
            (Version::HTTP_10, b"Keep-Alive", true),
            (Version::HTTP_10, b"keep-alive, close", false),
        ] {
            let response = Response::builder().version(version).header(header::CONNECTION, connection);
            let response = response.body(()).unwrap();
            assert_eq!(keeps_alive(&response), kept, "{version:?} {}", connection.escape_ascii());
        }
    }
}
