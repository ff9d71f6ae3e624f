//! A host whose addresses the configuration knows.

use std::net::{Ipv6Addr, SocketAddr};

use url::Host;

/// One entry of [`Config::resolve`](crate::Config::resolve).
#[derive(Clone, Debug)]
pub(crate) struct KnownHost {
    /// The name as it was given.
    pub(crate) name: String,
    /// The host as a URL writes it; `None` if no URL can.
    pub(crate) host: Option<Host<String>>,
    pub(crate) addresses: Vec<SocketAddr>,
}

impl KnownHost {
    pub(crate) fn new(name: String, addresses: Vec<SocketAddr>) -> Self {
        // An IPv6 address needs brackets only in URLs.
        let host = match name.parse::<Ipv6Addr>() {
            Ok(ip) => Some(Host::Ipv6(ip)),
            Err(_) => Host::parse(&name).ok(),
        };
        Self { name, host, addresses }
    }

    /// Whether a URL with `host` leads here. The dot that ends a full name does not matter.
    pub(crate) fn is(&self, host: &Host<String>) -> bool {
        match (&self.host, host) {
            (Some(Host::Domain(known)), Host::Domain(name)) => without_dot(known) == without_dot(name),
            (known, host) => known.as_ref() == Some(host),
        }
    }
}

fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::{Config, Target};

    const ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 80);

    fn addresses(config: &Config, host: &str) -> Option<Vec<SocketAddr>> {
        let target = Target::parse(&format!("http://{host}:8080/cat.gif")).unwrap();
        target.origin().addresses(config).map(Result::unwrap)
    }

    #[test]
    fn a_host_is_known_in_every_spelling() {
        for spellings in [
            &["a.test", "A.Test", "a.test.", "%61.test", "\u{ff41}.test", "a\u{3002}test", "a\u{ad}.test"][..],
            &["b\u{fc}cher.test", "BU\u{308}CHER.test", "xn--bcher-kva.test", "XN--BCHER-KVA.TEST."],
            &["127.0.0.1", "0x7f.1", "2130706433", "127.0.0.1."],
            &["[::1]", "[0:0:0:0:0:0:0:1]", "[::0.0.0.1]"],
        ] {
            for known in spellings {
                let config = Config::default().resolve(*known, [ADDRESS]).checked().unwrap();
                for host in spellings {
                    assert_eq!(addresses(&config, host), Some(vec![ADDRESS]), "{known} {host}");
                }
            }
        }
        let without_brackets = Config::default().resolve("::1", [ADDRESS]);
        assert_eq!(addresses(&without_brackets, "[::1]"), Some(vec![ADDRESS]));
    }

    #[test]
    fn another_host_is_not_known() {
        let config = Config::default().resolve("a.test", []).resolve("", []);
        for host in ["b.test", "a.test.test", "www.a.test", "a.tes", "a-test"] {
            assert_eq!(addresses(&config, host), None, "{host}");
        }
    }

    #[test]
    fn the_first_entry_of_a_host_counts() {
        let config = Config::default().resolve("A.test", [ADDRESS]).resolve("a.test", []);
        assert_eq!(addresses(&config, "a.test"), Some(vec![ADDRESS]));
    }
}
