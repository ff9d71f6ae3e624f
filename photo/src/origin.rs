//! The server to connect to.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};

use rustls::pki_types::ServerName;
use url::{Host, Url};

use crate::{Config, Error, attempts};

/// Scheme, host and port: the peer of a connection, and the key under which it is used again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    https: bool,
    host: Host<String>,
    port: u16,
}

impl Origin {
    /// The origin of an http or https URL; the error is the reason why it has no origin.
    pub(crate) fn of(url: &Url) -> Result<Self, &'static str> {
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err("the scheme is neither http nor https"),
        };
        let host = url.host().ok_or("there is no host")?.to_owned();
        let port = url.port_or_known_default().filter(|port| *port != 0).ok_or("there is no port 0")?;
        Ok(Self::new(https, host, port))
    }

    pub(crate) fn new(https: bool, host: Host<String>, port: u16) -> Self {
        Self { https, host, port }
    }

    /// Whether the connection uses TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The host name, or the address without brackets.
    #[must_use]
    pub fn host(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        }
    }

    /// The TCP port, never 0.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The addresses, at least one, if the URL or [`Config::resolve`] names them: then there is nothing to resolve.
    ///
    /// # Errors
    ///
    /// [`Error::Resolve`] if the host has no address.
    #[must_use]
    pub fn addresses(&self, config: &Config) -> Option<Result<Vec<SocketAddr>, Error>> {
        if let Some(known) = config.known_hosts.iter().find(|known| known.is(&self.host)) {
            return Some(self.at_least_one(known.addresses.clone()));
        }
        let ip = match &self.host {
            Host::Domain(_) => return None,
            Host::Ipv4(ip) => IpAddr::V4(*ip),
            Host::Ipv6(ip) => IpAddr::V6(*ip),
        };
        Some(Ok(vec![SocketAddr::new(ip, self.port)]))
    }

    /// Looks up the addresses, at least one, in the order in which they are tried. Blocks for as long as the resolver.
    ///
    /// # Errors
    ///
    /// [`Error::Resolve`].
    pub fn look_up(&self, config: &Config) -> Result<Vec<SocketAddr>, Error> {
        self.resolved(config.resolver.look_up(&self.host(), self.port))
    }

    /// The addresses that a resolver found, with alternating families (RFC 8305, section 4).
    pub(crate) fn resolved(&self, found: io::Result<Vec<SocketAddr>>) -> Result<Vec<SocketAddr>, Error> {
        self.at_least_one(attempts::interleaved(found.map_err(|error| Error::resolve(self, error))?))
    }

    fn at_least_one(&self, addresses: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Error> {
        if addresses.is_empty() {
            return Err(Error::resolve(self, io::Error::new(io::ErrorKind::NotFound, "no address")));
        }
        Ok(addresses)
    }

    /// The name that the server's certificate must have.
    ///
    /// # Errors
    ///
    /// [`Error::Tls`] for a host that no certificate can name.
    pub fn server_name(&self) -> Result<ServerName<'static>, Error> {
        match &self.host {
            Host::Domain(name) => ServerName::try_from(name.clone())
                .map_err(|error| Error::tls(self, io::Error::new(io::ErrorKind::InvalidInput, error))),
            Host::Ipv4(ip) => Ok(IpAddr::V4(*ip).into()),
            Host::Ipv6(ip) => Ok(IpAddr::V6(*ip).into()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", if self.https { "https" } else { "http" }, self.host, self.port)
    }
}
