//! The recipe `album`: an index, and then its photos.

use std::time::Duration;

use photo::{Error, Phase, Photo};
use photo_server::Fault;
use photo_tests::{Outcome, Picture, Replay, Site, Style, suite};

suite! {
    photos_are_in_the_order_of_the_index,
    as_many_are_in_flight_as_may_be,
    lines_are_relative_to_where_the_index_came_from,
    an_index_may_come_from_any_editor,
    an_empty_album_has_no_photos,
    one_failure_fails_one_photo,
    a_failing_index_is_the_error,
    a_silent_index_times_out,
    a_bad_line_fails_the_album_before_any_photo_is_asked_for,
}

type Album = Result<Vec<Result<Photo, Error>>, Error>;

#[track_caller]
fn assert_no_album(expected: Outcome, album: Album) {
    expected.assert_of(&album.map(|photos| panic!("{photos:?}")));
}

/// A server of an index with these lines.
fn index(lines: impl AsRef<[u8]>) -> Replay {
    let lines = lines.as_ref();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", lines.len());
    Replay::start(vec![head.into_bytes(), lines.to_vec()])
}

fn photos_are_in_the_order_of_the_index(style: Style) {
    let site = Site::start();
    let photos = site.client(style).album(&site.url("/album?count=9&bytes=3000&seed=4"), 3).unwrap();
    assert_eq!(photos.len(), 9);
    for (seed, photo) in (4..).zip(photos) {
        Picture::jpeg(3000, seed).assert_is(&photo.unwrap());
    }
}

fn as_many_are_in_flight_as_may_be(style: Style) {
    let site = Site::start();
    let photos = site.client(style).album(&site.url("/album?count=16&delay_ms=100"), 4).unwrap();
    assert!(photos.iter().all(Result::is_ok));
    let counters = site.counters();
    assert_eq!((counters.requests, counters.max_open_requests, counters.connections), (17, 4, 4));
}

fn lines_are_relative_to_where_the_index_came_from(style: Style) {
    let site = Site::start();
    let there = site.tls_url("/album?count=2").replace('?', "%3F").replace('=', "%3D");
    let photos = site.client(style).album(&site.fault(Fault::Redirect, &format!("to={there}")), 2).unwrap();
    assert_eq!(photos.len(), 2);
    for photo in photos {
        let photo = photo.unwrap();
        assert!(photo.url.starts_with(&site.tls_url("/photo")), "{}", photo.url);
    }
}

fn an_index_may_come_from_any_editor(style: Style) {
    let site = Site::start();
    let lines = format!("\u{feff}{}\r\n# more \r\n{} \r\n", site.url("/photo"), site.tls_url("/photo"));
    let utf16: Vec<u8> = lines.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for lines in [lines.as_bytes(), &utf16] {
        let photos = site.client(style).album(&index(lines).url(), 2).unwrap();
        assert!(photos.len() == 2 && photos.iter().all(Result::is_ok), "{photos:?}");
    }
}

fn an_empty_album_has_no_photos(style: Style) {
    let site = Site::start();
    assert!(site.client(style).album(&site.url("/album?count=0"), 4).unwrap().is_empty());
    assert!(site.client(style).album(&index("# nothing yet\n\n").url(), 4).unwrap().is_empty());
}

fn one_failure_fails_one_photo(style: Style) {
    let site = Site::start();
    let lines = [
        site.url("/photo"),
        site.url("/nowhere"),
        site.fault(Fault::CutBody, ""),
        "ftp://a.test/".to_owned(),
        site.tls_url("/photo"),
    ];
    let photos = site.client(style).album(&index(lines.join("\r\n")).url(), 2).unwrap();
    let expected =
        [Outcome::Photo, Outcome::Status(404), Outcome::Truncated, Outcome::InvalidUrl, Outcome::Photo];
    assert!(photos.iter().map(Outcome::of).eq(expected), "{photos:?}");
}

fn a_failing_index_is_the_error(style: Style) {
    let site = Site::start();
    let client = site.client(style);
    for (url, outcome) in [
        (site.url("/nowhere"), Outcome::Status(404)),
        ("no URL".to_owned(), Outcome::InvalidUrl),
        (site.fault(Fault::CutBody, ""), Outcome::Truncated),
        (site.fault(Fault::ResetBeforeHead, ""), Outcome::Io),
        (site.fault(Fault::Noise, ""), Outcome::Malformed),
        // This is not text.
        (site.url("/photo"), Outcome::Malformed),
    ] {
        assert_no_album(outcome, client.album(&url, 4));
    }
    assert_eq!(site.counters().requests, 5);
}

fn a_silent_index_times_out(style: Style) {
    let site = Site::start();
    let client = site.client_with(style, |config| config.stall_timeout(Duration::from_millis(300)));
    assert_no_album(Outcome::Timeout(Phase::Body), client.album(&site.fault(Fault::StallInBody, ""), 4));
}

fn a_bad_line_fails_the_album_before_any_photo_is_asked_for(style: Style) {
    let site = Site::start();
    let lines = format!("{}\nhttp://\n", site.url("/photo"));
    let album = site.client(style).album(&index(&lines).url(), 4);
    assert!(album.as_ref().is_err_and(|error| error.to_string().contains("line 2")), "{album:?}");
    assert_no_album(Outcome::Malformed, album);
    assert_eq!(site.counters().connections, 0);
}
