//! Replies cut off at every byte.

use photo_server::{Fault, PictureFormat};
use photo_tests::Outcome::{NotAPhoto, Truncated};
use photo_tests::{Outcome, Picture, Scheme, Site, Style, suite};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

suite! {
    a_reply_cut_short_anywhere_is_no_photo,
    a_reply_cut_short_anywhere_is_no_photo_over_tls,
}

/// A small picture, because each of its bytes needs a download.
const SMALL: Picture = Picture { format: PictureFormat::Gif, bytes: 120, seed: 3 };

const MEASURED: &str = "HTTP/1.1 100\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{photo}";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3c;x=y\r\n{half}\r\n3C\r\n{rest}\r\n0\r\nX: y\r\n\r\n";
const UNMEASURED: &str = "HTTP/1.1 200 OK\r\n\r\n{photo}";

fn a_reply_cut_short_anywhere_is_no_photo(style: Style) {
    cut_short_anywhere(style, Scheme::Http);
}

fn a_reply_cut_short_anywhere_is_no_photo_over_tls(style: Style) {
    cut_short_anywhere(style, Scheme::Https);
}

fn cut_short_anywhere(style: Style, scheme: Scheme) {
    let (site, client) = Site::with(style);
    let download = |reply: &str, how: &str| {
        let reply = utf8_percent_encode(reply, NON_ALPHANUMERIC);
        let path = format!("{}?{how}&{}&reply={reply}", Fault::Raw.path(), SMALL.query());
        client.download(&site.url_by(scheme, &path))
    };
    for reply in [MEASURED, CHUNKED, UNMEASURED] {
        let length = reply.len() - reply.matches(['{', '}']).count() / 2 * "{half}".len() + SMALL.bytes;
        // Handshakes are slow; every third place is enough, because the run without TLS covers them all.
        let step = if scheme == Scheme::Http { 1 } else { 3 };
        for first in (0..length).step_by(step) {
            let found = download(reply, &format!("first={first}&end=cut"));
            let outcome = Outcome::of(&found);
            // Without TLS, only the end of the connection ends this one.
            let untold =
                reply == UNMEASURED && scheme == Scheme::Http && first >= "HTTP/1.1 200 OK\r\n\r\n".len();
            let fine =
                if untold { matches!(outcome, Outcome::Photo | NotAPhoto) } else { outcome == Truncated };
            assert!(fine, "{reply:?} cut after {first} bytes: {found:?}");
        }
    }
}
