//! Replies cut off at every byte.

use photo_server::{Fault, PictureFormat};
use photo_tests::Outcome::{NotAPhoto, Truncated};
use photo_tests::{Outcome, Picture, Scheme, Site, Style, encoded, suite};

suite! {
    a_reply_cut_short_anywhere_is_no_photo,
}

/// A small picture, because each of its bytes needs a download.
const SMALL: Picture = Picture { format: PictureFormat::Gif, bytes: 120, seed: 3 };

const MEASURED: &str = "HTTP/1.1 100\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{photo}";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3c;x=y\r\n{half}\r\n3C\r\n{rest}\r\n0\r\nX: y\r\n\r\n";
const UNMEASURED: &str = "HTTP/1.1 200 OK\r\n\r\n{photo}";

fn a_reply_cut_short_anywhere_is_no_photo(style: Style) {
    let (site, client) = Site::with(style);
    // Handshakes are slow; every third place is enough, because the run without TLS covers them all.
    for (scheme, step) in [(Scheme::Http, 1), (Scheme::Https, 3)] {
        for reply in [MEASURED, CHUNKED, UNMEASURED] {
            let length = reply.len() - reply.matches(['{', '}']).count() / 2 * "{half}".len() + SMALL.bytes;
            for first in (0..length).step_by(step) {
                let how = format!("first={first}&end=cut&{}&reply={}", SMALL.query(), encoded(reply));
                let found = client.download(&site.url_by(scheme, &format!("{}?{how}", Fault::Raw.path())));
                let outcome = Outcome::of(&found);
                // Without TLS, only the end of the connection ends this one.
                let has_no_end =
                    reply == UNMEASURED && scheme == Scheme::Http && first >= "HTTP/1.1 200 OK\r\n\r\n".len();
                let is_fine = match outcome {
                    Outcome::Photo | NotAPhoto => has_no_end,
                    outcome => outcome == Truncated && !has_no_end,
                };
                assert!(is_fine, "{reply:?} cut after {first} bytes: {found:?}");
            }
        }
    }
}
