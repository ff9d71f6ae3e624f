//! The recipe `album`: an index, and then its photos.

use std::time::Duration;

use photo::{Error, Phase, Photo};
use photo_server::Fault;
use photo_tests::{Outcome, Picture, Site, Style, serve_once, suite};

suite! {
    photos_are_in_the_order_of_the_index,
    lines_are_relative_to_where_the_index_came_from,
    an_empty_album_has_no_photos,
    one_failure_fails_one_photo,
    a_failing_index_is_the_error,
    a_bad_line_fails_the_album_before_any_photo_is_asked_for,
}

type Album = Result<Vec<Result<Photo, Error>>, Error>;

#[track_caller]
fn assert_no_album(expected: Outcome, album: Album) {
    expected.assert_of(&album.map(|photos| panic!("{photos:?}")));
}

fn photos_are_in_the_order_of_the_index(style: Style) {
    let site = Site::start();
    let photos = site.client(style).album(&site.url("/album?count=9&bytes=3000&seed=4"), 3).unwrap();
    assert_eq!(photos.len(), 9);
    for (seed, photo) in (4..).zip(photos) {
        Picture::jpeg(3000, seed).assert_is(&photo.unwrap());
    }
}

fn lines_are_relative_to_where_the_index_came_from(style: Style) {
    let (site, client) = Site::with(style);
    let photos = client.album(&site.redirect(&site.tls_url("/album?count=2")), 2).unwrap();
    assert_eq!(photos.len(), 2);
    for photo in photos {
        let photo = photo.unwrap();
        assert!(photo.url.starts_with(&site.tls_url("/photo")), "{}", photo.url);
    }
}

fn an_empty_album_has_no_photos(style: Style) {
    let site = Site::start();
    assert!(site.client(style).album(&site.url("/album?count=0"), 4).unwrap().is_empty());
    assert!(site.client(style).album(&serve_once("# nothing yet\n\n"), 4).unwrap().is_empty());
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
    let photos = site.client(style).album(&serve_once(lines.join("\r\n")), 2).unwrap();
    let expected =
        [Outcome::Photo, Outcome::Status(404), Outcome::Truncated, Outcome::InvalidUrl, Outcome::Photo];
    assert!(photos.iter().map(Outcome::of).eq(expected), "{photos:?}");
}

fn a_failing_index_is_the_error(style: Style) {
    let (site, client) = Site::with(style);
    let impatient = site.client_with(style, |config| config.stall_timeout(Duration::from_secs(2)));
    for (url, outcome) in [
        (site.url("/nowhere"), Outcome::Status(404)),
        (site.fault(Fault::StallInBody, ""), Outcome::Timeout(Phase::Body)),
        ("no URL".to_owned(), Outcome::InvalidUrl),
        (site.fault(Fault::CutBody, ""), Outcome::Truncated),
        (site.fault(Fault::ResetBeforeHead, ""), Outcome::Io),
        (site.fault(Fault::Noise, ""), Outcome::Malformed),
        // This is not text.
        (site.url("/photo"), Outcome::Malformed),
    ] {
        let client = if matches!(outcome, Outcome::Timeout(_)) { &impatient } else { &client };
        assert_no_album(outcome, client.album(&url, 4));
    }
    assert_eq!(site.counters().requests, 6);
}

fn a_bad_line_fails_the_album_before_any_photo_is_asked_for(style: Style) {
    let site = Site::start();
    let lines = format!("{}\nhttp://\n", site.url("/photo"));
    let album = site.client(style).album(&serve_once(lines), 4);
    assert!(album.as_ref().is_err_and(|error| error.to_string().contains("line 2")), "{album:?}");
    assert_no_album(Outcome::Malformed, album);
    assert_eq!(site.counters().connections, 0);
}
