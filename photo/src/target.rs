//! The URL of one request.

use std::borrow::Cow;
use std::fmt;

use http::HeaderValue;
use percent_encoding::{AsciiSet, percent_encode};

use crate::normal_url::NormalUrl;
use crate::{Config, Error, Origin};

/// Longest URL that is requested, in bytes; RFC 9110, section 4.1, requires support for half of it.
const MAX_URL: usize = 16_000;

/// One hop of a download: a checked URL, and the number of redirects that led to it.
#[derive(Clone)]
pub struct Target {
    url: NormalUrl,
    redirects: u32,
    any_format: bool,
}

impl Target {
    /// Checks a URL as a browser would, by the [URL standard](https://url.spec.whatwg.org/).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`] if the text is not a URL, not http or https, has no host or is longer than 16,000 bytes.
    pub fn parse(url: &str) -> Result<Self, Error> {
        let parsed = NormalUrl::parse(url).map_err(|reason| invalid(url, &reason))?;
        Self::new(parsed, 0)
    }

    /// Accepts any content, photo or not, whatever [`Config::verify_format`] says.
    #[must_use]
    pub fn any_format(mut self) -> Self {
        self.any_format = true;
        self
    }

    /// Whether the content must be a photo.
    pub(crate) fn wants_photo(&self, config: &Config) -> bool {
        config.verify_format && !self.any_format
    }

    fn new(url: NormalUrl, redirects: u32) -> Result<Self, Error> {
        if url.text().len() > MAX_URL {
            let start: String = url.shown().chars().take(80).collect();
            return Err(invalid(&format!("{start}…"), &format!("longer than {MAX_URL} bytes")));
        }
        Ok(Self { url, redirects, any_format: false })
    }

    /// The server to connect to.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        self.url.origin()
    }

    /// The URL without credentials, safe to show.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.shown()
    }

    /// A given URL, or any text given in its place, without credentials and so safe to show.
    pub(crate) fn shown(given: &str) -> String {
        match given.find('@') {
            Some(_) => Self::parse(given).map_or_else(|_| shown(given), |target| target.url()),
            None => given.into(),
        }
    }

    /// The URL, credentials included.
    pub(crate) fn normal_url(&self) -> &NormalUrl {
        &self.url
    }

    /// Follows a redirect (RFC 9110, section 15.4) to `location`, which may be relative.
    pub(crate) fn redirect(&self, location: &HeaderValue, config: &Config) -> Result<Self, Error> {
        if self.redirects == config.max_redirects {
            return Err(Error::TooManyRedirects { limit: config.max_redirects });
        }
        // Servers send the bytes of a file name in any encoding, and expect the same bytes back.
        let location = Cow::from(percent_encode(location.as_bytes(), &AsciiSet::EMPTY));
        let url = self.url.join(&location).map_err(|reason| invalid(&location, &reason))?;
        Ok(Self { any_format: self.any_format, ..Self::new(url, self.redirects + 1)? })
    }
}

/// Shows the URL without credentials, as [`Target::url`] does.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { redirects, any_format, .. } = self;
        f.debug_struct("Target")
            .field("url", &self.url())
            .field("redirects", redirects)
            .field("any_format", any_format)
            .finish_non_exhaustive()
    }
}

fn invalid(url: &str, reason: &str) -> Error {
    Error::InvalidUrl { url: shown(url).into(), reason: reason.into() }
}

/// A text that is no URL, without credentials. These have no reliable end, so all text up to the last `@` is cut.
fn shown(url: &str) -> String {
    match url.rfind('@') {
        Some(at) => format!("…{}", &url[at..]),
        None => url.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(url: &str) -> String {
        Target::parse(url).unwrap_err().to_string()
    }

    #[test]
    fn a_bad_url_is_refused_with_what_is_wrong_with_it() {
        assert_eq!(reason("cat.gif"), "invalid URL \"cat.gif\": relative URL without a base");
        assert_eq!(
            reason("file:///cat.gif"),
            "invalid URL \"file:///cat.gif\": the scheme is neither http nor https"
        );
        assert_eq!(reason("http://"), "invalid URL \"http://\": empty host");
        assert_eq!(reason("http://a.test:0/"), "invalid URL \"http://a.test:0/\": there is no port 0");
        assert_eq!(
            reason("http://a.test:99999/"),
            "invalid URL \"http://a.test:99999/\": invalid port number"
        );
        assert!(
            reason(&format!("http://a.test/{}", "x".repeat(20_000))).ends_with("longer than 16000 bytes")
        );
    }

    #[test]
    fn credentials_never_show() {
        let target = Target::parse("http://me:secret@a.test/cat.gif").unwrap();
        assert_eq!(target.url(), "http://a.test/cat.gif");
        assert!(!reason("ftp://me:secret@a.test/").contains("secret"));
        assert!(!reason("http://me:secret@a.test:x/").contains("secret"));
        assert!(!format!("{target:?}").contains("secret"));
        for bad in [
            "http://me:s@ecret@:x?",
            "http://me:sec/ret@a.test:x/",
            "http://me:sec?ret@a.test:x/?to=http://b.test",
            "http:me:secret@a.test:x/?to=http://b.test",
            "http:\\\\me:secret@a.test:x//b",
            "me:secret@a.test",
            "//me:secret@a.test",
        ] {
            assert!(!reason(bad).contains("ret@"), "{}", reason(bad));
        }
        for token in ["secret".to_owned(), "secret".repeat(20)] {
            let long = format!("http://me:{token}@a.test/{}", "x".repeat(20_000));
            assert!(!reason(&long).contains("secret"), "{}", reason(&long));
        }
    }

    #[test]
    fn a_redirect_is_resolved_against_where_it_came_from() {
        let config = Config::default();
        let base = Target::parse("http://me:secret@a.test/photos/cat.gif?size=1").unwrap();
        for (location, expected) in [
            ("dog.gif", "http://a.test/photos/dog.gif"),
            ("/dog.gif", "http://a.test/dog.gif"),
            ("../dog.gif", "http://a.test/dog.gif"),
            ("?size=2", "http://a.test/photos/cat.gif?size=2"),
            ("//b.test/dog.gif", "http://b.test/dog.gif"),
            ("https://b.test/dog.gif", "https://b.test/dog.gif"),
        ] {
            let next = base.redirect(&HeaderValue::from_static(location), &config).unwrap();
            assert_eq!(next.url(), expected);
            let stays = expected.starts_with("http://a.test");
            assert_eq!(next.url.userinfo(), stays.then_some("me:secret"), "{location}");
        }
    }

    #[test]
    fn bytes_of_a_redirect_in_any_encoding_are_sent_back() {
        let base = Target::parse("http://a.test/photos/").unwrap();
        for (location, expected) in [
            (&b"/caf\xe9.jpg"[..], "http://a.test/caf%E9.jpg"),
            (b"caf\xc3\xa9.jpg", "http://a.test/photos/caf%C3%A9.jpg"),
            (b"\xc3\xa9\xe9%E9", "http://a.test/photos/%C3%A9%E9%E9"),
            (b"/\x93\xfa\x96{.jpg?\x8e\xca=\xff", "http://a.test/%93%FA%96%7B.jpg?%8E%CA=%FF"),
            (b"/a b.jpg", "http://a.test/a%20b.jpg"),
            (b"//b\xc3\xbccher.test/\xfc", "http://xn--bcher-kva.test/%FC"),
        ] {
            let location = HeaderValue::from_bytes(location).unwrap();
            let next = base.redirect(&location, &Config::default()).unwrap();
            assert_eq!(next.url(), expected);
        }
        for bad in [&b"http://b\xfccher.test/"[..], b"file:///etc/passwd"] {
            let redirect = base.redirect(&HeaderValue::from_bytes(bad).unwrap(), &Config::default());
            assert!(matches!(redirect, Err(Error::InvalidUrl { .. })));
        }
    }
}
