//! Redirects that are followed: their end and their work. The table of `faults` has those that are refused.

use photo_server::Fault;
use photo_tests::{Picture, Site, Style, encoded, suite};

suite! {
    a_photo_knows_the_end_of_its_redirects,
    a_chain_of_redirects_uses_one_connection,
    a_redirect_to_another_host_name_is_followed,
}

const PICTURE: Picture = Picture::jpeg(5000, 11);

fn a_photo_knows_the_end_of_its_redirects(style: Style) {
    let (site, client) = Site::with(style);
    let (path, plain, tls) = (PICTURE.path(), site.url(&PICTURE.path()), site.tls_url(&PICTURE.path()));
    let from_tls = site.tls_url(&format!("{}?to={}", Fault::Redirect.path(), encoded(&plain)));
    for (to, end) in [
        (&path, &plain),
        (&format!("..{path}"), &plain),
        (&format!("//{}{path}", site.addr()), &plain),
        (&plain, &plain),
        (&tls, &tls),
        (&from_tls, &plain),
    ] {
        let photo = client.download(&site.redirect(to)).unwrap();
        PICTURE.assert_is(&photo);
        assert_eq!(photo.url, *end, "by a redirect to {to}");
    }
}

fn a_chain_of_redirects_uses_one_connection(style: Style) {
    let (site, client) = Site::with(style);
    client.download(&site.fault(Fault::RedirectChain, "hops=5")).unwrap();
    assert_eq!((site.counters().connections, site.counters().requests), (1, 6));
}

fn a_redirect_to_another_host_name_is_followed(style: Style) {
    let (site, client) = Site::with(style);
    let photo = client.download(&site.fault(Fault::RedirectHost, &PICTURE.query())).unwrap();
    PICTURE.assert_is(&photo);
    assert!(photo.url.starts_with(&format!("http://localhost:{}/photo?", site.addr().port())), "{photo}");
    assert_eq!(site.counters().connections, 2, "another name is another host");
}
