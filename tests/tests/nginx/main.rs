//! Photos from nginx, a server by other authors, if it is installed.

mod server;

use std::collections::BTreeSet;

use photo_server::PictureFormat;
use photo_tests::{Outcome, Picture, Scheme, Style, eventually, suite};
use server::Nginx;

suite! {
    photos_are_what_nginx_has_in_its_files,
    a_file_that_nginx_lacks_is_an_error,
}

/// The pictures: more than one read long, one of each format, and a large one.
const PICTURES: [Picture; 4] = [
    Picture { format: PictureFormat::Gif, bytes: 2_000, seed: 1 },
    Picture { format: PictureFormat::Png, bytes: 40_000, seed: 2 },
    Picture::jpeg(32 << 10, 3),
    Picture::jpeg(1 << 20, 4),
];

const ROUNDS: usize = 3;

fn photos_are_what_nginx_has_in_its_files(style: Style) {
    let Some(nginx) = Nginx::start(&PICTURES) else { return };
    for scheme in Scheme::ALL {
        let client = style.client(nginx.config()).expect("the configuration is valid");
        let urls: Vec<_> = (0..PICTURES.len()).map(|index| nginx.url(scheme, index)).collect();
        for _ in 0..ROUNDS {
            for (picture, url) in PICTURES.iter().zip(&urls) {
                let photo = client.download(url).unwrap_or_else(|error| panic!("{style}, {url}: {error}"));
                picture.assert_is(&photo);
            }
        }
        for (picture, result) in PICTURES.iter().zip(client.many(&urls, PICTURES.len())) {
            picture.assert_is(&result.unwrap_or_else(|error| panic!("{style}: {error}")));
        }

        let seen = || nginx.connections_of_requests(scheme);
        eventually("nginx has written its log", || seen().len() == (ROUNDS + 1) * PICTURES.len());
        let count = seen().into_iter().collect::<BTreeSet<_>>().len();
        assert!(count <= PICTURES.len(), "{style}, {scheme:?}: {:?}", seen());
    }
}

fn a_file_that_nginx_lacks_is_an_error(style: Style) {
    let Some(nginx) = Nginx::start(&PICTURES) else { return };
    let client = style.client(nginx.config()).expect("the configuration is valid");
    for scheme in Scheme::ALL {
        Outcome::Status(404).assert_of(&client.download(&nginx.url(scheme, PICTURES.len())));
    }
    let stranger = style.client(photo::Config::default()).expect("the configuration is valid");
    Outcome::Tls.assert_of(&stranger.download(&nginx.url(Scheme::Https, 0)));
}
