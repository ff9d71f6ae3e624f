//! A URL in its normal form, with the places where a request cuts it.

use std::net::Ipv4Addr;

use http::Uri;
use url::{Host, Position, Url};

use crate::Origin;

const HTTP: &str = "http://";
const HTTPS: &str = "https://";

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

    /// The user name, and the password after a colon, both percent-encoded.
    pub(crate) fn userinfo(&self) -> Option<&str> {
        self.text[self.scheme().len()..self.host_at].strip_suffix('@')
    }

    /// The URL without credentials, safe to show.
    pub(crate) fn shown(&self) -> String {
        match self.userinfo() {
            Some(_) => [self.scheme(), &self.text[self.host_at..]].concat(),
            None => self.text().into(),
        }
    }

    fn scheme(&self) -> &'static str {
        if self.origin.is_https() { HTTPS } else { HTTP }
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
            text: url.as_str().into(),
        })
    }

    /// A URL that is certainly in its normal form; anything unusual is not.
    fn plain(text: &str) -> Option<Self> {
        let (https, own_port, rest) = match text.strip_prefix(HTTP) {
            Some(rest) => (false, 80, rest),
            None => (true, 443, text.strip_prefix(HTTPS)?),
        };
        let (authority, _) = rest.split_once('/')?;
        let host_at = text.len() - rest.len();
        let path_at = host_at + authority.len();
        // Not `/.`, which may be a step up.
        let path = &text[path_at..];
        if !path.bytes().all(is_plain) || path.contains("/.") {
            return None;
        }
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, plain_port(port).filter(|port| *port != own_port)?),
            None => (authority, own_port),
        };
        let origin = Origin::new(https, plain_host(host)?, port);
        Some(Self { text: text.into(), origin, host_at, path_at, fragment_at: text.len() })
    }
}

/// Whether a byte stays as it is in paths and queries. Not the percent sign: `%2e` may be a dot.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'$' | b'&' | b'('..=b'/' | b':' | b';' | b'=' | b'?' | b'@' | b'_' | b'~')
}

/// A port as the standard writes it.
fn plain_port(port: &str) -> Option<u16> {
    port.parse().ok().filter(|_| port.starts_with(|first: char| matches!(first, '1'..='9')))
}

/// A dotted IPv4 address, or a name that needs no conversion.
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
            && label.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
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
