//! The request, as every style sends it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;

use crate::{Config, Error, Target};

/// Length of the parts that are the same in every request, in bytes.
const FIXED: usize = 96;

/// Writes the request for `target` (RFC 9112, section 3), unless the user agent cannot be sent in a field.
pub(super) fn write(target: &Target, config: &Config) -> Result<Vec<u8>, Error> {
    let url = target.normal_url();
    let (host, path) = (url.authority(), url.request_target());
    config.check_user_agent()?;
    let authorization = url.userinfo().map(authorization);
    let length = authorization.as_ref().map_or(0, String::len);
    let mut request = Vec::with_capacity(FIXED + host.len() + path.len() + config.user_agent.len() + length);
    for part in [
        "GET ",
        path,
        " HTTP/1.1\r\nhost: ",
        host,
        authorization.as_deref().unwrap_or_default(),
        "\r\nuser-agent: ",
        &config.user_agent,
        // Without `accept-encoding`, any encoding would be welcome (RFC 9110, section 12.5.3).
        "\r\naccept: */*\r\naccept-encoding: identity\r\n\r\n",
    ] {
        request.extend_from_slice(part.as_bytes());
    }
    Ok(request)
}

/// Basic authentication (RFC 7617): the URL's user name and password, without the URL's own encoding.
fn authorization(userinfo: &str) -> String {
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    let mut plain: Vec<u8> = percent_decode_str(user).collect();
    plain.push(b':');
    plain.extend(percent_decode_str(password));
    format!("\r\nauthorization: Basic {}", BASE64_STANDARD.encode(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str) -> String {
        String::from_utf8(write(&Target::parse(url).unwrap(), &Config::default()).unwrap()).unwrap()
    }

    #[test]
    fn the_request_names_path_host_and_accepted_encodings() {
        for (url, path, host) in [
            ("https://a.test:81/photos/cat.gif?size=1#part", "/photos/cat.gif?size=1", "a.test:81"),
            ("http://A.test:80", "/", "a.test"),
            ("https://a.test:80/a/../\u{e9}?|^", "/%C3%A9?|^", "a.test:80"),
            ("http://b\u{fc}cher.test/[1]/{2}", "/[1]/%7B2%7D", "xn--bcher-kva.test"),
            ("http://[::1]:8080/cat.gif", "/cat.gif", "[::1]:8080"),
        ] {
            let version = env!("CARGO_PKG_VERSION");
            let expected = format!(
                "GET {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: photo/{version}\r\n\
                 accept: */*\r\naccept-encoding: identity\r\n\r\n"
            );
            assert_eq!(request(url), expected);
        }
    }

    #[test]
    fn credentials_are_sent_decoded() {
        for (userinfo, expected) in [
            ("me:secret", &b"me:secret"[..]),
            ("me", b"me:"),
            (":secret", b":secret"),
            ("me:p%40ss%2Fw%3Ard%25", b"me:p@ss/w:rd%"),
            ("me%40b.test:a+b%20c", b"me@b.test:a+b c"),
            ("m\u{e9}:\u{df}", "m\u{e9}:\u{df}".as_bytes()),
            ("me:%E9%", b"me:\xe9%"),
            ("me:a:b@c", b"me:a:b@c"),
        ] {
            let request = request(&format!("http://{userinfo}@a.test/"));
            let field = format!("\r\nauthorization: Basic {}\r\n", BASE64_STANDARD.encode(expected));
            assert!(request.contains(&field), "{userinfo}: {request}");
        }
        assert!(!request("http://@a.test/").contains("authorization"));
    }
}
