//! The plain case, without the protocol library: most requests are written, and most heads read, in one pass that
//! builds nothing. What is not plain is left to [`Head`](crate::Head) and the library, and what is plain means the same
//! there: tests hold the two against each other.

use std::mem::MaybeUninit;

use httparse::{Header, ParserConfig, Response, Status};

use crate::{Config, MAX_HEAD, Target};

/// Most headers of a plain reply.
const HEADERS: usize = 32;

/// Room for what is the same in every request.
const FIXED: usize = 96;

/// What the first bytes of a reply are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plain {
    /// Part of a head; nothing more can be said yet.
    Partial,
    /// The whole head: status 200, and a body of known length.
    Head {
        /// Of the head, in bytes.
        length: usize,
        /// Of the body, in bytes.
        body: u64,
        /// Whether the server offers the connection for another request.
        reuse: bool,
    },
    /// Anything else: errors, redirects, interim replies, chunks, whatever is unusual.
    Not,
}

/// The bytes of the request, unless credentials go with it or the user agent is out of the ordinary.
pub(super) fn request(target: &Target, config: &Config) -> Option<Vec<u8>> {
    let url = target.plain_url()?;
    let (host, path) = (url.authority(), url.request_target());
    let user_agent = config.user_agent.as_str();
    if user_agent.len() > 100 || !user_agent.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    let mut request = Vec::with_capacity(FIXED + host.len() + path.len() + user_agent.len());
    for part in [
        "GET ",
        path,
        " HTTP/1.1\r\nhost: ",
        host,
        "\r\nuser-agent: ",
        user_agent,
        "\r\naccept: */*\r\naccept-encoding: identity\r\n\r\n",
    ] {
        request.extend_from_slice(part.as_bytes());
    }
    Some(request)
}

impl Plain {
    /// Reads the head of a reply, if it is plain.
    pub(super) fn head(bytes: &[u8]) -> Self {
        if !bytes.starts_with(b"H") {
            return Self::Not; // httparse passes empty lines over
        }
        let mut headers = [const { MaybeUninit::<Header>::uninit() }; HEADERS];
        let mut response = Response::new(&mut []);
        let parsed =
            ParserConfig::default().parse_response_with_uninit_headers(&mut response, bytes, &mut headers);
        match parsed {
            Ok(Status::Complete(length))
                if length <= MAX_HEAD && response.code == Some(200) && response.version == Some(1) =>
            {
                judge(length, response.headers).unwrap_or(Self::Not)
            }
            Ok(Status::Partial) if bytes.len() <= MAX_HEAD => Self::Partial,
            Ok(_) | Err(_) => Self::Not,
        }
    }
}

fn judge(length: usize, headers: &[Header]) -> Option<Plain> {
    let mut body = None;
    let mut reuse = true;
    for Header { name, value } in headers {
        if name.eq_ignore_ascii_case("content-length") {
            let another = body.replace(number(value)?);
            if another.is_some() {
                return None;
            }
        } else if name.eq_ignore_ascii_case("connection") {
            if value.eq_ignore_ascii_case(b"close") {
                reuse = false;
            } else if !value.eq_ignore_ascii_case(b"keep-alive") {
                return None;
            }
        } else if name.eq_ignore_ascii_case("transfer-encoding")
            || name.eq_ignore_ascii_case("content-encoding")
        {
            return None;
        }
    }
    Some(Plain::Head { length, body: body?, reuse })
}

/// Of decimal digits alone, and no more than always fit.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| 10 * number + u64::from(digit - b'0')))
}
