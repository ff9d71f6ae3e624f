//! A downloaded photo equals the served one.

use std::io::Cursor;
use std::net::{Ipv6Addr, SocketAddr, TcpListener};

use image::ImageReader;
use photo::Format;
use photo_server::{Fault, Options, PictureFormat};
use photo_tests::{Outcome, Picture, Scheme, Site, Style, suite};

suite! { + ureq:
    every_format_and_size_arrives_as_it_was_served,
    every_format_and_size_arrives_over_tls,
    a_photo_of_32_mib_arrives,
    a_large_photo_arrives_over_tls,
    a_photo_knows_its_format_and_dimensions,
    a_photo_knows_where_it_came_from,
    zero_bytes_are_no_photo,
    a_connection_is_kept_for_the_next_download,
    a_tls_connection_is_kept_for_the_next_download,
    no_connection_is_kept_where_none_may_be,
    a_chunked_photo_arrives_whatever_the_chunks,
    a_connection_is_kept_after_a_chunked_photo,
    a_photo_ended_by_closing_arrives,
    a_photo_by_http_1_0_arrives,
    early_hints_are_passed_over,
    a_slow_but_steady_server_is_waited_for,
    a_host_name_is_resolved,
    an_ipv6_address_is_connected_to,
}

/// Sizes around those of buffers: heads, chunks, TLS records, socket buffers.
const SIZES: [usize; 12] =
    [1000, 4000, 4096, 4097, 8192, 16_384, 16_385, 65_536, 100_000, 262_143, 262_145, 1 << 20];

fn every_format_and_size_arrives_as_it_was_served(style: Style) {
    every_format_and_size(style, Scheme::Http, &SIZES);
}

fn every_format_and_size_arrives_over_tls(style: Style) {
    every_format_and_size(style, Scheme::Https, &[1000, 16_384, 16_385, 262_145]);
}

fn every_format_and_size(style: Style, scheme: Scheme, sizes: &[usize]) {
    let site = Site::start();
    let client = site.downloader(style);
    for &format in PictureFormat::ALL {
        for (seed, bytes) in (0..).zip([format.min_bytes()].into_iter().chain(sizes.iter().copied())) {
            let picture = Picture { format, bytes, seed };
            picture.assert_is(&client.download(&site.url_by(scheme, &picture.path())).unwrap());
        }
    }
}

fn a_photo_of_32_mib_arrives(style: Style) {
    let site = Site::start();
    let picture = Picture::jpeg(32 << 20, 1);
    picture.assert_is(&site.downloader(style).download(&site.url(&picture.path())).unwrap());
}

fn a_large_photo_arrives_over_tls(style: Style) {
    let site = Site::start();
    let picture = Picture { format: PictureFormat::Png, bytes: 3 << 20, seed: 1 };
    picture.assert_is(&site.downloader(style).download(&site.tls_url(&picture.path())).unwrap());
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
    let path = Picture::jpeg(1000, 0).path();
    assert_eq!(client.download(&site.url(&path)).unwrap().url, site.url(&path));
    assert_eq!(client.download(&site.tls_url(&path)).unwrap().url, site.tls_url(&path));
    let with_fragment = format!("{}#fragment", site.url(&path));
    assert_eq!(client.download(&with_fragment).unwrap().name(), "photo");
}

fn zero_bytes_are_no_photo(style: Style) {
    let site = Site::start();
    let client = site.downloader(style);
    Outcome::NotAPhoto.assert_of(&client.download(&site.fault(Fault::Empty, "")));
}

fn a_connection_is_kept_for_the_next_download(style: Style) {
    one_connection_serves_ten_downloads(style, Scheme::Http);
}

fn a_tls_connection_is_kept_for_the_next_download(style: Style) {
    one_connection_serves_ten_downloads(style, Scheme::Https);
}

fn one_connection_serves_ten_downloads(style: Style, scheme: Scheme) {
    let site = Site::start();
    let client = site.downloader(style);
    for seed in 0..10 {
        // Small photos arrive with their head, large ones in many pieces.
        let picture = Picture::jpeg(if seed % 2 == 0 { 2000 } else { 300_000 }, seed);
        picture.assert_is(&client.download(&site.url_by(scheme, &picture.path())).unwrap());
    }
    assert_eq!((site.counters().connections, site.counters().requests), (1, 10));
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
    for parameters in ["chunk=7", "chunk=4096", "chunk=65536", "chunk=1000000"] {
        for scheme in Scheme::ALL {
            let path = format!("{}?{}&{parameters}", Fault::Chunked.path(), picture.query());
            picture.assert_is(&client.download(&site.url_by(scheme, &path)).unwrap());
        }
    }
}

fn a_connection_is_kept_after_a_chunked_photo(style: Style) {
    let site = Site::start();
    let client = site.downloader(style);
    for chunk in [7, 1000, 40_000] {
        client.download(&site.fault(Fault::Chunked, &format!("chunk={chunk}"))).unwrap();
    }
    assert_eq!(site.counters().connections, 1);
}

fn a_photo_ended_by_closing_arrives(style: Style) {
    ended_by_closing(style, Fault::CloseDelimited);
}

fn a_photo_by_http_1_0_arrives(style: Style) {
    ended_by_closing(style, Fault::Http10);
}

fn ended_by_closing(style: Style, fault: Fault) {
    let site = Site::start();
    let client = site.downloader(style);
    for (seed, bytes) in [(0, 2000), (1, 500_000)] {
        for scheme in Scheme::ALL {
            let picture = Picture::jpeg(bytes, seed);
            let path = format!("{}?{}", fault.path(), picture.query());
            picture.assert_is(&client.download(&site.url_by(scheme, &path)).unwrap());
        }
    }
    assert_eq!(site.counters().connections, 4);
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
    let limit = std::time::Duration::from_millis(800);
    let client = site.downloader_with(style, |config| config.stall_timeout(limit));
    let picture = Picture::jpeg(12_000, 5);
    // 1.2 s in all, with no silence longer than 100 ms.
    let url = site.fault(Fault::Drip, &format!("{}&step=1000&every_ms=100", picture.query()));
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
