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
    use super::*;
    use crate::{Config, Target};

    #[test]
    fn a_host_is_known_in_every_spelling() {
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        for spellings in [
            &["a.test", "A.Test", "a.test.", "%61.test", "\u{ff41}.test", "a\u{3002}test", "a\u{ad}.test"][..],
            &[
                "b\u{fc}cher.test",
                "B\u{dc}CHER.test",
                "bu\u{308}cher.test",
                "xn--bcher-kva.test",
                "XN--BCHER-KVA.TEST.",
            ],
            &["127.0.0.1", "0x7f.1", "2130706433", "127.0.0.1."],
            &["[::1]", "[0:0:0:0:0:0:0:1]", "[::0.0.0.1]"],
        ] {
            for known in spellings {
                let config = Config::default().resolve(*known, [address]).checked().unwrap();
                for host in spellings {
                    let target = Target::parse(&format!("http://{host}:8080/cat.gif")).unwrap();
                    assert_eq!(
                        target.origin().addresses(&config).map(Result::unwrap),
                        Some(vec![address]),
                        "{known} {host}"
                    );
                }
            }
        }
    }

    #[test]
    fn an_ipv6_address_is_known_without_brackets() {
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        let config = Config::default().resolve("::1", [address]);
        let target = Target::parse("http://[::1]/").unwrap();
        assert_eq!(target.origin().addresses(&config).map(Result::unwrap), Some(vec![address]));
    }

    #[test]
    fn another_host_is_not_known() {
        let config = Config::default().resolve("a.test", []).resolve("", []);
        for host in ["b.test", "a.test.test", "www.a.test", "a.tes", "a-test"] {
            let target = Target::parse(&format!("http://{host}/")).unwrap();
            assert_eq!(target.origin().addresses(&config).map(Result::unwrap), None, "{host}");
        }
    }

    #[test]
    fn the_first_entry_of_a_host_counts() {
        let (first, second) = (SocketAddr::from(([127, 0, 0, 1], 1)), SocketAddr::from(([127, 0, 0, 1], 2)));
        let config = Config::default().resolve("A.test", [first]).resolve("a.test", [second]);
        assert_eq!(
            Target::parse("http://a.test/").unwrap().origin().addresses(&config).map(Result::unwrap),
            Some(vec![first])
        );
    }
}
