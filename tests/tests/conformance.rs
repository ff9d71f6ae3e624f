//! A downloaded photo equals the served one.

use std::io::Cursor;
use std::net::{Ipv6Addr, SocketAddr, TcpListener};
use std::time::Duration;

use image::ImageReader;
use photo::Format;
use photo_server::{Fault, Options, PictureFormat};
use photo_tests::{Outcome, Picture, Scheme, Site, Style, suite};

suite! { + ureq:
    every_format_and_size_arrives_as_it_was_served,
    a_large_photo_arrives,
    a_photo_knows_its_format_and_dimensions,
    a_photo_knows_where_it_came_from,
    as_many_redirects_are_followed_as_may_be,
    a_connection_is_kept_for_the_next_download,
    no_connection_is_kept_where_none_may_be,
    a_chunked_photo_arrives_whatever_the_chunks,
    a_photo_ended_by_closing_arrives,
    early_hints_are_passed_over,
    a_slow_but_steady_server_is_waited_for,
    a_host_name_is_resolved,
    an_ipv6_address_is_connected_to,
}

/// Sizes around those of buffers: heads, chunks, TLS records, socket buffers.
const SIZES: [usize; 12] =
    [1000, 4000, 4096, 4097, 8192, 16_384, 16_385, 65_536, 100_000, 262_143, 262_145, 1 << 20];

fn every_format_and_size_arrives_as_it_was_served(style: Style) {
    let site = Site::start();
    let client = site.downloader(style);
    for (scheme, sizes) in [(Scheme::Http, &SIZES[..]), (Scheme::Https, &[1000, 16_384, 16_385, 262_145])] {
        for &format in PictureFormat::ALL {
            for (seed, bytes) in (0..).zip([format.min_bytes()].into_iter().chain(sizes.iter().copied())) {
                let picture = Picture { format, bytes, seed };
                picture.assert_is(&client.download(&site.url_by(scheme, &picture.path())).unwrap());
            }
        }
    }
}

fn a_large_photo_arrives(style: Style) {
    let site = Site::start();
    let client = site.downloader(style);
    for (scheme, bytes) in [(Scheme::Http, 32 << 20), (Scheme::Https, 3 << 20)] {
        let picture = Picture::jpeg(bytes, 1);
        picture.assert_is(&client.download(&site.url_by(scheme, &picture.path())).unwrap());
    }
}

fn a_photo_knows_its_format_and_dimensions(style: Style) {
    let site = Site::start();
    let client = site.downloader(style);
    for (format, expected) in [
        (PictureFormat::Gif, Format::Gif),
        (PictureFormat::Png, Format::Png),
        (PictureFormat::Jpeg, Format::Jpeg),
    ] {
        for bytes in [format.min_bytes(), 50_000] {
            let photo = client.download(&site.url(&Picture { format, bytes, seed: 0 }.path())).unwrap();
            let decoder = ImageReader::new(Cursor::new(&photo.bytes)).with_guessed_format().unwrap();
            assert_eq!(photo.format, expected);
            let dimensions = photo.size.map(|size| (size.width, size.height));
            assert_eq!(dimensions, decoder.into_dimensions().ok());
        }
    }
}

fn a_photo_knows_where_it_came_from(style: Style) {
    let site = Site::start();
    let client = site.downloader(style);
    for url in [site.url("/photo"), site.tls_url("/photo")] {
        assert_eq!(client.download(&url).unwrap().url, url);
    }
    assert_eq!(client.download(&site.url("/photo#fragment")).unwrap().name(), "photo");
}

fn as_many_redirects_are_followed_as_may_be(style: Style) {
    let site = Site::start();
    for most in [0, 4] {
        let client = site.downloader_with(style, |config| config.max_redirects(most));
        let chain = |hops| client.download(&site.fault(Fault::RedirectChain, &format!("hops={hops}")));
        chain(most).unwrap();
        Outcome::TooManyRedirects.assert_of(&chain(most + 1));
    }
}

fn a_connection_is_kept_for_the_next_download(style: Style) {
    let site = Site::start();
    let client = site.downloader(style);
    for (scheme, connections) in [(Scheme::Http, 1), (Scheme::Https, 2)] {
        for seed in 0..10 {
            // Small photos arrive with their head, large ones in many pieces.
            let picture = Picture::jpeg(if seed % 2 == 0 { 2000 } else { 300_000 }, seed);
            picture.assert_is(&client.download(&site.url_by(scheme, &picture.path())).unwrap());
        }
        assert_eq!(site.counters().connections, connections);
    }
}

fn no_connection_is_kept_where_none_may_be(style: Style) {
    let site = Site::start();
    let client = site.downloader_with(style, |config| config.max_idle_per_host(0));
    for _ in 0..3 {
        client.download(&site.url("/photo")).unwrap();
    }
    assert_eq!(site.counters().connections, 3);
}

fn a_chunked_photo_arrives_whatever_the_chunks(style: Style) {
    let site = Site::start();
    let client = site.downloader(style);
    let picture = Picture::jpeg(100_000, 3);
    for (scheme, connections) in [(Scheme::Http, 1), (Scheme::Https, 2)] {
        for chunk in [7, 4096, 65_536, 1_000_000] {
            let path = format!("{}?{}&chunk={chunk}", Fault::Chunked.path(), picture.query());
            picture.assert_is(&client.download(&site.url_by(scheme, &path)).unwrap());
        }
        assert_eq!(site.counters().connections, connections);
    }
}

fn a_photo_ended_by_closing_arrives(style: Style) {
    let site = Site::start();
    let client = site.downloader(style);
    for fault in [Fault::CloseDelimited, Fault::Http10] {
        for scheme in Scheme::ALL {
            for picture in [Picture::jpeg(2000, 0), Picture::jpeg(500_000, 1)] {
                let path = format!("{}?{}", fault.path(), picture.query());
                picture.assert_is(&client.download(&site.url_by(scheme, &path)).unwrap());
            }
        }
    }
    assert_eq!(site.counters().connections, 8);
}

fn early_hints_are_passed_over(style: Style) {
    let site = Site::start();
    let client = site.downloader(style);
    let picture = Picture::jpeg(50_000, 4);
    for _ in 0..2 {
        picture.assert_is(&client.download(&site.fault(Fault::EarlyHints, &picture.query())).unwrap());
    }
    assert_eq!(site.counters().connections, 1);
}

fn a_slow_but_steady_server_is_waited_for(style: Style) {
    let site = Site::start();
    let client = site.downloader_with(style, |config| config.stall_timeout(Duration::from_secs(3)));
    let picture = Picture::jpeg(12_000, 5);
    // 3.6 s in all, with no silence longer than 300 ms.
    let url = site.fault(Fault::Drip, &format!("{}&step=1000&every_ms=300", picture.query()));
    picture.assert_is(&client.download(&url).unwrap());
}

fn a_host_name_is_resolved(style: Style) {
    let site = Site::start();
    let picture = Picture::jpeg(1000, 6);
    // If the name has two addresses, one of them refuses.
    let url = format!("http://localhost:{}{}", site.addr().port(), picture.path());
    picture.assert_is(&site.downloader(style).download(&url).unwrap());
}

fn an_ipv6_address_is_connected_to(style: Style) {
    let loopback = SocketAddr::from((Ipv6Addr::LOCALHOST, 0));
    if TcpListener::bind(loopback).is_err() {
        eprintln!("skipped: this machine has no IPv6");
        return;
    }
    let server = Options { listen: loopback.ip(), ..Options::default() }.start().unwrap();
    let picture = Picture::jpeg(1000, 7);
    let client = style.client(photo::Config::default()).unwrap();
    picture.assert_is(&client.download(&server.url(&picture.path())).unwrap());
    assert!(server.url("/").starts_with("http://[::1]:"));
}
