//! A URL in its normal form, cut where the request needs it.

use std::net::Ipv4Addr;

use http::Uri;
use percent_encoding::percent_decode_str;
use url::{Host, Position, Url};

use crate::Origin;

/// Longest host name that is taken for plain; also the longest label that DNS allows.
const PLAIN_HOST: usize = 63;

/// An http or https URL as the [URL standard](https://url.spec.whatwg.org/) writes it.
///
/// Most URLs stand in their normal form already, and one pass over them shows it. All else is left to the crate
/// [`url`], and what is plain means the same there: a test holds the two against each other.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct NormalUrl {
    text: Box<str>,
    origin: Origin,
    /// Where in the text the host begins, behind credentials.
    host_at: usize,
    /// Where the path begins, behind the port.
    path_at: usize,
    /// Where the fragment begins, or the text ends.
    fragment_at: usize,
    has_credentials: bool,
}

impl NormalUrl {
    /// Refuses what is no URL, or none that a photo can be asked for by, with the reason.
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

    /// The whole of it, credentials and fragment included.
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

    /// Whether it has a user name or a password.
    pub(crate) fn has_credentials(&self) -> bool {
        self.has_credentials
    }

    /// User name and password as RFC 7617 joins them, percent-decoded; `None` without either.
    pub(crate) fn credentials(&self) -> Option<Vec<u8>> {
        let url = self.has_credentials.then(|| Url::parse(&self.text).ok())??;
        let mut credentials: Vec<u8> = percent_decode_str(url.username()).collect();
        credentials.push(b':');
        credentials.extend(percent_decode_str(url.password().unwrap_or_default()));
        Some(credentials)
    }

    fn of(url: &Url) -> Result<Self, String> {
        let origin = Origin::of(url)?;
        // What HTTP libraries understand is a little less than what the standard allows.
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

    /// What stands in its normal form beyond doubt; anything unusual is none.
    fn plain(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (https, own_port) = match scheme {
            "http" => (false, 80),
            "https" => (true, 443),
            _ => return None,
        };
        let (authority, path) = rest.split_at(rest.find('/')?);
        if !path.bytes().all(is_plain) || path.contains("/.") {
            return None;
        }
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, plain_port(port).filter(|port| *port != own_port)?),
            None => (authority, own_port),
        };
        let origin = Origin::new(https, plain_host(host)?, port);
        let host_at = scheme.len() + "://".len();
        Some(Self {
            text: text.into(),
            origin,
            host_at,
            path_at: host_at + authority.len(),
            fragment_at: text.len(),
            has_credentials: false,
        })
    }
}

/// Bytes that stand for themselves in path and query. Not the percent sign: `%2e` may be a dot.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/?&=-_.~!$()*+,;:@".contains(&byte)
}

fn plain_port(port: &str) -> Option<u16> {
    let is_normal = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    port.parse().ok().filter(|_| is_normal)
}

/// A dotted IPv4 address, or a name in which nothing is to be converted.
fn plain_host(host: &str) -> Option<Host<String>> {
    if host.len() > PLAIN_HOST {
        return None;
    }
    if host.starts_with(|first: char| first.is_ascii_digit()) {
        return host.parse::<Ipv4Addr>().ok().map(Host::Ipv4);
    }
    let is_plain = host.split('.').all(|label| {
        // Labels that begin with a digit may be parts of an address, those with two hyphens an encoded name.
        label.starts_with(|first: char| first.is_ascii_lowercase())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.contains("--")
            && !label.ends_with('-')
    });
    is_plain.then(|| Host::Domain(host.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_is_what_the_standard_makes_of_it() {
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
