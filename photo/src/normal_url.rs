//! A URL in its normal form, with the places where a request cuts it.

use std::net::Ipv4Addr;

use http::Uri;
use url::{Host, Position, Url};

use crate::Origin;

/// Longest host name taken for plain; also the longest label that DNS allows.
const PLAIN_HOST: usize = 63;

/// An http or https URL as the [URL standard](https://url.spec.whatwg.org/) writes it.
///
/// Most URLs are in their normal form already, which one pass confirms. The crate [`url`] parses the others. Both must
/// agree on what is plain: a test compares them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct NormalUrl {
    text: Box<str>,
    origin: Origin,
    /// Offset of the host, after credentials.
    host_at: usize,
    /// Offset of the path, after the port.
    path_at: usize,
    /// Offset of the fragment, or of the end.
    fragment_at: usize,
    has_credentials: bool,
}

impl NormalUrl {
    /// Parses `url`; refuses a URL that no photo can be downloaded from, with the reason.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        match Self::plain(url) {
            Some(plain) => Ok(plain),
            None => Self::of(&Url::parse(url).map_err(|error| error.to_string())?),
        }
    }

    /// Follows a reference, which may be relative.
    pub(crate) fn join(&self, reference: &str) -> Result<Self, String> {
        let url = Url::parse(&self.text).and_then(|base| base.join(reference));
        Self::of(&url.map_err(|error| error.to_string())?)
    }

    /// The whole URL, credentials and fragment included.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The host, with the port if it is not the scheme's own.
    pub(crate) fn authority(&self) -> &str {
        &self.text[self.host_at..self.path_at]
    }

    /// Path and query.
    pub(crate) fn request_target(&self) -> &str {
        &self.text[self.path_at..self.fragment_at]
    }

    /// Whether the URL holds a user name or a password.
    pub(crate) fn has_credentials(&self) -> bool {
        self.has_credentials
    }

    /// The user name, and the password after a colon, both percent-encoded.
    pub(crate) fn userinfo(&self) -> Option<&str> {
        if !self.has_credentials {
            return None;
        }
        let (_, userinfo) = self.text[..self.host_at].split_once("://")?;
        userinfo.strip_suffix('@')
    }

    fn of(url: &Url) -> Result<Self, String> {
        let origin = Origin::of(url)?;
        // HTTP libraries understand a little less than the standard allows.
        url.as_str().parse::<Uri>().map_err(|error| error.to_string())?;
        Ok(Self {
            origin,
            host_at: url[..Position::BeforeHost].len(),
            path_at: url[..Position::AfterPort].len(),
            fragment_at: url[..Position::AfterQuery].len(),
            has_credentials: !url.username().is_empty() || url.password().is_some(),
            text: url.as_str().into(),
        })
    }

    /// A URL that is certainly in its normal form; anything unusual is not.
    fn plain(text: &str) -> Option<Self> {
        let (https, own_port, host_at) = if text.starts_with("http://") {
            (false, 80, "http://".len())
        } else if text.starts_with("https://") {
            (true, 443, "https://".len())
        } else {
            return None;
        };
        let bytes = text.as_bytes();
        let host_end = end_of(bytes, host_at, HOST);
        let port_end = match bytes.get(host_end) {
            Some(b':') => end_of(bytes, host_end + 1, DIGIT),
            _ => host_end,
        };
        // Not `/.`, which may be a step up.
        let is_plain = bytes.get(port_end) == Some(&b'/')
            && end_of(bytes, port_end, PATH) == bytes.len()
            && !bytes[port_end..].windows(2).any(|pair| pair == b"/.");
        if !is_plain {
            return None;
        }
        let port = match text[host_end..port_end].strip_prefix(':') {
            Some(port) => plain_port(port).filter(|port| *port != own_port)?,
            None => own_port,
        };
        let origin = Origin::new(https, plain_host(&text[host_at..host_end])?, port);
        Some(Self {
            text: text.into(),
            origin,
            host_at,
            path_at: port_end,
            fragment_at: text.len(),
            has_credentials: false,
        })
    }
}

/// The parts of a plain URL in which a byte may appear.
const PATH: u8 = 1;
const HOST: u8 = 2;
const DIGIT: u8 = 4;

/// The parts that each byte may be in. Not the percent sign: `%2e` may be a dot.
const PARTS: [u8; 256] = {
    let mut parts = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        parts[byte as usize] = match byte {
            b'0'..=b'9' => PATH | HOST | DIGIT,
            b'a'..=b'z' | b'.' | b'-' => PATH | HOST,
            b'A'..=b'Z'
            | b'/'
            | b'?'
            | b'&'
            | b'='
            | b'_'
            | b'~'
            | b'!'
            | b'$'
            | b'('
            | b')'
            | b'*'
            | b'+'
            | b','
            | b';'
            | b':'
            | b'@' => PATH,
            _ => 0,
        };
        byte += 1_u8;
    }
    parts
};

/// The first index from `start` on whose byte may not be in `part`.
fn end_of(bytes: &[u8], start: usize, part: u8) -> usize {
    let length = bytes[start..].iter().take_while(|byte| PARTS[usize::from(**byte)] & part != 0).count();
    start + length
}

/// A port written as the standard writes it; `port` has only digits.
fn plain_port(port: &str) -> Option<u16> {
    port.parse().ok().filter(|_| !port.starts_with('0'))
}

/// A dotted IPv4 address, or a name that needs no conversion; `host` has only bytes of [`HOST`].
fn plain_host(host: &str) -> Option<Host<String>> {
    if host.len() > PLAIN_HOST {
        return None;
    }
    if host.starts_with(|first: char| first.is_ascii_digit()) {
        return host.parse::<Ipv4Addr>().ok().map(Host::Ipv4);
    }
    let bytes = host.as_bytes();
    let is_plain = bytes.split(|byte| *byte == b'.').all(|label| {
        // A label that starts with a digit may be part of an address; one with two hyphens may be an encoded name.
        label.first().is_some_and(u8::is_ascii_lowercase)
            && !label.ends_with(b"-")
            && !label.windows(2).any(|pair| pair == b"--")
    });
    is_plain.then(|| Host::Domain(host.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_urls_equal_those_of_the_standard() {
        let hosts = "a.test b-c.test A.test xn--bcher-kva.test 127.0.0.1 127.1 0x7f.1 127.0.0.01 1.2.3.4.5 256.1.1.1 [::1]
            localhost a..b a. a.1 x_y me@a.test me:secret@a.test é.test a-.test -a.test a--b.test";
        let rest = "/ / // /cat.gif /cat(1).gif /. /.. /.a /%2e ?size=1&x=y ? &'x' #part : :80
            é | ^ { [ \" < \\ \t @";
        let hosts: Vec<_> = hosts.split_ascii_whitespace().collect();
        let rest: Vec<_> = rest.split([' ', '\n']).collect();
        let random = &mut fastrand::Rng::with_seed(1);
        let mut plain = 0;
        for _ in 0..60_000 {
            let scheme =
                random.choice(["http://", "http://", "https://", "HTTP://", "http:/", "ftp://"]).unwrap();
            let port =
                random.choice(["", "", ":8080", ":80", ":443", ":080", ":0", ":70000", ":", ":x"]).unwrap();
            let mut text = format!("{scheme}{}{port}", random.choice(&hosts).unwrap());
            text += random.choice(["/", "/cat.gif", "/a/b/", "?", ""]).unwrap();
            for _ in 0..random.usize(..4) {
                text += random.choice(&rest).unwrap();
            }
            if let Some(url) = NormalUrl::plain(&text) {
                let standard = Url::parse(&text).map_err(|error| error.to_string());
                assert!(standard.and_then(|standard| NormalUrl::of(&standard)) == Ok(url), "{text}");
                plain += 1;
            }
        }
        assert!(plain > 400, "{plain} plain URLs only: they say little");
    }

    #[test]
    fn usual_urls_are_plain() {
        for url in [
            "http://coolcats.com/cat.gif",
            "https://img-2.photos.test:8443/2026/11/cat_1(2).jpeg?w=640&h=480",
            "http://127.0.0.1:40641/photo/cat.gif?format=gif&delay_ms=300",
        ] {
            assert!(NormalUrl::plain(url).is_some(), "{url}");
        }
    }
}
