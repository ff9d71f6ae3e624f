//! The limits and habits of a client.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::Error;
use crate::known_host::KnownHost;
use crate::resolver::Resolver;

/// The limits and habits of a client, equal in every style. Setters take and return the value.
///
/// ```
/// use std::time::Duration;
///
/// let config = photo::Config::default().timeout(Duration::from_secs(5)).max_bytes(1 << 20);
/// ```
///
/// `Duration::MAX` and `u64::MAX` switch a limit off.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Set by [`timeout`](Self::timeout()).
    pub timeout: Duration,
    /// Set by [`connect_timeout`](Self::connect_timeout()).
    pub connect_timeout: Duration,
    /// Set by [`stall_timeout`](Self::stall_timeout()).
    pub stall_timeout: Duration,
    /// Set by [`max_bytes`](Self::max_bytes()).
    pub max_bytes: u64,
    /// Set by [`max_redirects`](Self::max_redirects()).
    pub max_redirects: u32,
    /// Set by [`max_idle_per_host`](Self::max_idle_per_host()).
    pub max_idle_per_host: usize,
    /// Set by [`max_idle_age`](Self::max_idle_age()).
    pub max_idle_age: Duration,
    /// Set by [`user_agent`](Self::user_agent()).
    pub user_agent: String,
    pub(crate) known_hosts: Vec<KnownHost>,
    pub(crate) resolver: Resolver,
    /// Added by [`root_certificate`](Self::root_certificate()), in DER.
    pub root_certificates: Vec<Vec<u8>>,
    /// Set by [`verify_format`](Self::verify_format()).
    pub verify_format: bool,
}

impl Config {
    /// Limits a whole download, from the call (of a future: its first poll) to the last byte, redirects included.
    /// Default: 30 s.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Limits the time to connect: name, TCP and TLS together, again for each redirect. Default: 10 s.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Limits the silence of a connection, in which no byte is sent or received. Default: 10 s.
    #[must_use]
    pub fn stall_timeout(mut self, limit: Duration) -> Self {
        self.stall_timeout = limit;
        self
    }

    /// Limits the size of a photo, in bytes. Default: 64 MiB.
    #[must_use]
    pub fn max_bytes(mut self, limit: u64) -> Self {
        self.max_bytes = limit;
        self
    }

    /// Limits the redirects of one download; 0 makes each redirect an error. Default: 10.
    #[must_use]
    pub fn max_redirects(mut self, limit: u32) -> Self {
        self.max_redirects = limit;
        self
    }

    /// Limits the idle connections for each scheme, host and port; 0 keeps none. Default: 256.
    #[must_use]
    pub fn max_idle_per_host(mut self, limit: usize) -> Self {
        self.max_idle_per_host = limit;
        self
    }

    /// Limits the age of an idle connection that is used again. A server can announce a shorter time (`Keep-Alive:
    /// timeout=`). Default: 90 s.
    #[must_use]
    pub fn max_idle_age(mut self, limit: Duration) -> Self {
        self.max_idle_age = limit;
        self
    }

    /// Sets the value of the `User-Agent` header. Default: `photo/` and the version of this crate.
    #[must_use]
    pub fn user_agent(mut self, value: impl Into<String>) -> Self {
        self.user_agent = value.into();
        self
    }

    /// Sets the addresses of `host`, in the order in which they are tried; the system's resolver is not asked. A host
    /// without addresses cannot be resolved. May be called repeatedly; the first entry of a host counts.
    ///
    /// The host matches in every spelling that a URL can have: `Bücher.example`, `xn--bcher-kva.example.` and
    /// `BÜCHER.EXAMPLE` are one host, and so are `[::1]` and `::1`. Connections use the ports given here, not the port
    /// of the URL. The certificate must still be for the host.
    #[must_use]
    pub fn resolve(mut self, host: impl Into<String>, addresses: impl Into<Vec<SocketAddr>>) -> Self {
        self.known_hosts.push(KnownHost::new(host.into(), addresses.into()));
        self
    }

    /// Looks up host names by `look_up` instead of the system's resolver, such as by DNS over HTTPS or in a test. It
    /// receives the host and the port.
    ///
    /// It may block: each client has threads for it, up to 1,024, and asks once for all downloads that wait for a host.
    /// Hosts of [`resolve`](Self::resolve) and IP addresses are not looked up.
    ///
    /// ```
    /// let config = photo::Config::default().resolve_with(|host, port| match host {
    ///     "coolcats.com" => Ok(vec![([192, 0, 2, 1], port).into()]),
    ///     _ => Ok(Vec::new()), // no address
    /// });
    /// ```
    #[must_use]
    pub fn resolve_with(
        mut self,
        look_up: impl Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Self {
        self.resolver = Resolver::new(look_up);
        self
    }

    /// Trusts one more root certificate (DER) in addition to the web's. May be called repeatedly.
    ///
    /// This is the only way to widen trust: certificates are always verified.
    #[must_use]
    pub fn root_certificate(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(der.into());
        self
    }

    /// Decides whether bytes that begin like no known photo format are refused as
    /// [`Error::NotAPhoto`](crate::Error::NotAPhoto). Default: true.
    #[must_use]
    pub fn verify_format(mut self, verify: bool) -> Self {
        self.verify_format = verify;
        self
    }

    /// Checks all that can be checked before the first download, and makes the configuration cheap to share.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfig`] if the user agent is not a header value or is longer than 1,000 bytes, or if no URL
    /// can have a host of [`resolve`](Self::resolve).
    pub fn checked(self) -> Result<Arc<Self>, Error> {
        self.check_user_agent()?;
        if let Some(unknown) = self.known_hosts.iter().find(|known| known.host.is_none()) {
            return Err(invalid(format!("{:?} is not the host of any URL", unknown.name)));
        }
        Ok(Arc::new(self))
    }

    /// Fails unless the user agent can be sent in a field (RFC 9110, section 5.5).
    pub(crate) fn check_user_agent(&self) -> Result<(), Error> {
        const MAX: usize = 1000;
        let value = &self.user_agent;
        if value.len() > MAX {
            let length = value.len();
            return Err(invalid(format!("the user agent is {length} bytes long, {MAX} are allowed")));
        }
        if value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
            return Err(invalid(format!("the user agent {value:?} cannot be sent in a field")));
        }
        Ok(())
    }
}

fn invalid(reason: String) -> Error {
    Error::InvalidConfig { reason: reason.into() }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(10),
            max_bytes: 64 << 20,
            max_redirects: 10,
            max_idle_per_host: 256,
            max_idle_age: Duration::from_secs(90),
            user_agent: concat!("photo/", env!("CARGO_PKG_VERSION")).into(),
            known_hosts: Vec::new(),
            resolver: Resolver::default(),
            root_certificates: Vec::new(),
            verify_format: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_no_url_can_have_is_refused() {
        let checked = |host: &str| Config::default().resolve(host, []).checked();
        assert!(checked("a.test").is_ok());
        for bad in ["", "a b", "a.test:80", "http://a.test", "[::1", "1.2.3.256"] {
            assert!(matches!(checked(bad), Err(Error::InvalidConfig { .. })), "{bad:?}");
        }
    }
}
