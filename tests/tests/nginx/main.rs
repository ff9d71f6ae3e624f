//! Photos from nginx, a server by other authors, if it is installed.

mod server;

use std::collections::BTreeSet;

use photo_server::PictureFormat;
use photo_tests::{Picture, Scheme, Style, eventually, suite};
use server::{Connections, Nginx};

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
        for connections in [Connections::Kept, Connections::Closed] {
            let client = style.client(nginx.config()).expect("the configuration is valid");
            let urls: Vec<_> =
                (0..PICTURES.len()).map(|index| nginx.url(scheme, connections, index)).collect();
            for _ in 0..ROUNDS {
                for (picture, url) in PICTURES.iter().zip(&urls) {
                    let photo =
                        client.download(url).unwrap_or_else(|error| panic!("{style}, {url}: {error}"));
                    picture.assert_is(&photo);
                }
            }
            for (picture, result) in PICTURES.iter().zip(client.many(&urls, PICTURES.len())) {
                picture.assert_is(&result.unwrap_or_else(|error| panic!("{style}: {error}")));
            }

            let requests = (ROUNDS + 1) * PICTURES.len();
            let seen = || nginx.connections_of_requests(scheme, connections);
            eventually("nginx has written its log", || seen().len() == requests);
            let count = seen().into_iter().collect::<BTreeSet<_>>().len();
            match connections {
                Connections::Closed => assert_eq!(count, requests, "{style}, {scheme:?}: {:?}", seen()),
                Connections::Kept => {
                    assert!(count <= PICTURES.len(), "{style}, {scheme:?}: {:?}", seen());
                }
            }
        }
    }
}

fn a_file_that_nginx_lacks_is_an_error(style: Style) {
    let Some(nginx) = Nginx::start(&PICTURES) else { return };
    for scheme in Scheme::ALL {
        let client = style.client(nginx.config()).expect("the configuration is valid");
        let absent = nginx.url(scheme, Connections::Kept, PICTURES.len());
        let error = client.download(&absent).expect_err("there is no such file");
        assert!(matches!(error, photo::Error::Status { code: 404, .. }), "{style}: {error:?}");
    }
    let stranger = style.client(photo::Config::default()).expect("the configuration is valid");
    let error = stranger.download(&nginx.url(Scheme::Https, Connections::Kept, 0));
    assert!(matches!(error, Err(photo::Error::Tls { .. })), "{style}: {error:?}");
}
