//! Any bytes as the index of an album: each line is taken by itself, and each photo is a URL in its normal form.

#![no_main]

use libfuzzer_sys::fuzz_target;
use photo::album_urls;
use url::Url;

const INDEX: &str = "http://a.test/album/index.txt?size=1#top";

fuzz_target!(|index: &[u8]| {
    let whole = album_urls(index, INDEX);
    let mut urls = Vec::new();
    for line in index.split(|byte| *byte == b'\n') {
        match album_urls(line, INDEX) {
            Ok(one) => {
                assert!(one.len() <= 1);
                urls.extend(one);
            }
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
