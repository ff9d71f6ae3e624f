//! Any bytes as the index of an album: lines do not affect each other, and each photo is a URL in its normal form.

#![no_main]

use libfuzzer_sys::fuzz_target;
use photo::album_urls;
use url::Url;

const INDEX: &str = "http://a.test/album/index.txt?size=1#top";

/// Byte order marks: either at the start makes the index UTF-16.
const MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

fuzz_target!(|index: &[u8]| {
    let whole = album_urls(index, INDEX);
    if MARKS.iter().any(|mark| index.starts_with(mark)) {
        return assert!(whole.iter().flatten().all(|url| Url::parse(url).is_ok()));
    }
    let mut urls = Vec::new();
    for line in index.split(|byte| *byte == b'\n') {
        if MARKS.iter().any(|mark| line.starts_with(mark)) {
            return assert!(whole.is_err(), "no line can change the encoding");
        }
        match album_urls(line, INDEX) {
            // A bare CR ends a line too.
            Ok(some) => urls.extend(some),
            Err(_) => return assert!(whole.is_err(), "a line was refused, and not the album"),
        }
    }
    if urls.len() > 10_000 {
        return assert!(whole.is_err(), "{} photos", urls.len());
    }
    for url in &urls {
        assert_eq!(Url::parse(url).expect("a photo has a URL").as_str(), url);
    }
    assert_eq!(whole.expect("no line was refused"), urls);
});
