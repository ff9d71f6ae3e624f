//! Redirects that are followed, and redirects that are refused.

use photo_server::Fault;
use photo_tests::{Outcome, Picture, Replay, Scheme, Site, Style, suite};
use url::form_urlencoded::byte_serialize;

suite! {
    every_kind_of_redirect_is_followed,
    a_relative_redirect_is_followed,
    an_absolute_redirect_is_followed,
    a_redirect_in_any_encoding_is_followed,
    a_chain_of_redirects_is_followed,
    a_redirect_to_another_host_name_is_followed,
    a_redirect_to_tls_and_back_is_followed,
    a_redirect_with_a_large_body_is_followed,
    a_connection_is_kept_over_a_redirect,
    a_loop_of_redirects_ends,
    no_redirect_is_followed_where_none_may_be,
    as_many_redirects_are_followed_as_may_be,
    a_redirect_without_location_is_malformed,
    a_redirect_to_a_file_is_refused,
    a_redirect_to_no_url_is_refused,
    credentials_are_not_carried_to_another_host,
}

const PICTURE: Picture = Picture::jpeg(5000, 11);

fn redirect(site: &Site, to: &str) -> String {
    let to: String = byte_serialize(to.as_bytes()).collect();
    site.fault(Fault::Redirect, &format!("to={to}"))
}

/// Downloads `url`, which must lead to the picture at `end`.
#[track_caller]
fn assert_leads(style: Style, site: &Site, url: &str, end: &str) {
    let photo = site.client(style).download(url).unwrap();
    PICTURE.assert_is(&photo);
    assert_eq!(photo.url, end);
}

fn every_kind_of_redirect_is_followed(style: Style) {
    let site = Site::start();
    for code in [301, 302, 303, 307, 308] {
        let url = site.fault(Fault::Redirect, &format!("code={code}&{}", PICTURE.query()));
        assert_leads(style, &site, &url, &site.url(&PICTURE.path()));
    }
}

fn a_relative_redirect_is_followed(style: Style) {
    let site = Site::start();
    let query = PICTURE.query();
    for to in [&format!("/photo?{query}"), &format!("../photo?{query}"), &format!(".././photo?{query}")] {
        assert_leads(style, &site, &redirect(&site, to), &site.url(&PICTURE.path()));
    }
    let host = format!("//127.0.0.1:{}{}", site.addr().port(), PICTURE.path());
    assert_leads(style, &site, &redirect(&site, &host), &site.url(&PICTURE.path()));
    let fault = Fault::Chunked.name();
    let end = site.url(&format!("/fault/{fault}?{query}"));
    assert_leads(style, &site, &redirect(&site, &format!("{fault}?{query}")), &end);
}

fn an_absolute_redirect_is_followed(style: Style) {
    let site = Site::start();
    let end = site.url(&PICTURE.path());
    assert_leads(style, &site, &redirect(&site, &end), &end);
}

/// The name `caf\xe9` is Latin-1, not UTF-8.
fn a_redirect_in_any_encoding_is_followed(style: Style) {
    let site = Site::start();
    for (name, encoded) in [(&b"caf\xe9.jpg"[..], "caf%E9.jpg"), (b"caf\xc3\xa9.jpg", "caf%C3%A9.jpg")] {
        let end = site.url("/photo/");
        let head = format!("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: {end}");
        let replay = Replay::start(vec![[head.as_bytes(), name, b"\r\n\r\n"].concat()]);
        let photo = site.client(style).download(&replay.url()).unwrap();
        assert_eq!(photo.url, end + encoded);
    }
}

fn a_chain_of_redirects_is_followed(style: Style) {
    let site = Site::start();
    let url = site.fault(Fault::RedirectChain, &format!("hops=5&{}", PICTURE.query()));
    PICTURE.assert_is(&site.client(style).download(&url).unwrap());
    assert_eq!(site.counters().requests, 6);
}

fn a_redirect_to_another_host_name_is_followed(style: Style) {
    let site = Site::start();
    let url = site.fault(Fault::RedirectHost, &PICTURE.query());
    let photo = site.client(style).download(&url).unwrap();
    PICTURE.assert_is(&photo);
    assert!(
        photo.url.starts_with(&format!("http://localhost:{}/photo?", site.addr().port())),
        "{}",
        photo.url
    );
    assert_eq!(site.counters().connections, 2, "another name is another host");
}

fn a_redirect_to_tls_and_back_is_followed(style: Style) {
    let site = Site::start();
    let plain = site.url(&PICTURE.path());
    let tls = site.tls_url(&PICTURE.path());
    assert_leads(style, &site, &redirect(&site, &tls), &tls);
    let there: String = byte_serialize(plain.as_bytes()).collect();
    let from_tls = site.url_by(Scheme::Https, &format!("{}?to={there}", Fault::Redirect.path()));
    assert_leads(style, &site, &from_tls, &plain);
    assert_leads(style, &site, &redirect(&site, &from_tls), &plain);
}

fn a_redirect_with_a_large_body_is_followed(style: Style) {
    let site = Site::start();
    let client = site.client(style);
    for body in [1, 5000, 10 << 20] {
        let url = site.fault(Fault::RedirectBody, &format!("body={body}&{}", PICTURE.query()));
        PICTURE.assert_is(&client.download(&url).unwrap());
    }
}

fn a_connection_is_kept_over_a_redirect(style: Style) {
    let site = Site::start();
    let url = site.fault(Fault::RedirectChain, &format!("hops=5&{}", PICTURE.query()));
    site.client(style).download(&url).unwrap();
    assert_eq!(site.counters().connections, 1);
}

fn a_loop_of_redirects_ends(style: Style) {
    let site = Site::start();
    Outcome::TooManyRedirects.assert_of(&site.client(style).download(&site.fault(Fault::RedirectLoop, "")));
    assert_eq!(site.counters().requests, 11);
}

fn no_redirect_is_followed_where_none_may_be(style: Style) {
    let site = Site::start();
    let client = site.client_with(style, |config| config.max_redirects(0));
    Outcome::TooManyRedirects.assert_of(&client.download(&site.fault(Fault::Redirect, "")));
    assert_eq!(site.counters().requests, 1);
    client.download(&site.url("/photo")).unwrap();
}

fn as_many_redirects_are_followed_as_may_be(style: Style) {
    let site = Site::start();
    let client = site.client_with(style, |config| config.max_redirects(4));
    client.download(&site.fault(Fault::RedirectChain, "hops=4")).unwrap();
    Outcome::TooManyRedirects.assert_of(&client.download(&site.fault(Fault::RedirectChain, "hops=5")));
}

fn a_redirect_without_location_is_malformed(style: Style) {
    let site = Site::start();
    Outcome::Malformed.assert_of(&site.client(style).download(&site.fault(Fault::RedirectNoLocation, "")));
}

fn a_redirect_to_a_file_is_refused(style: Style) {
    let site = Site::start();
    Outcome::InvalidUrl.assert_of(&site.client(style).download(&redirect(&site, "file:///etc/hostname")));
}

fn a_redirect_to_no_url_is_refused(style: Style) {
    let site = Site::start();
    for to in ["http://", "//", "http://a:b:c/"] {
        Outcome::InvalidUrl.assert_of(&site.client(style).download(&redirect(&site, to)));
    }
}

fn credentials_are_not_carried_to_another_host(style: Style) {
    let site = Site::start();
    let url = site.fault(Fault::RedirectHost, "").replace("http://", "http://me:secret@");
    let photo = site.client(style).download(&url).unwrap();
    assert!(!photo.url.contains("secret"), "{}", photo.url);
    let authorized: Vec<bool> = site
        .request_heads()
        .iter()
        .map(|head| String::from_utf8_lossy(head).to_ascii_lowercase().contains("\r\nauthorization:"))
        .collect();
    assert_eq!(authorized, [true, false]);
}
