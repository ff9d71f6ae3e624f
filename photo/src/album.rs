//! The index of an album.

use url::Url;

use crate::Error;

/// Most photos of an album: all of them are held in memory until the last has come.
const MAX_PHOTOS: usize = 10_000;

/// The photos of an album: the URLs in `index`, one on each line, resolved against the URL of the index.
///
/// Blank lines and lines that begin with `#` are passed over.
///
/// # Errors
///
/// [`Error::Malformed`] with the number of the line, if the index is no UTF-8 or a line is no URL, or if there
/// are more than 10,000 photos.
///
/// ```
/// let index = b"# cats\ncat.gif\n/more/cats/2.gif\nhttp://dogs.test/dog.png\n";
/// assert_eq!(
///     photo::album_urls(index, "http://coolcats.com/album/index.txt").unwrap(),
///     ["http://coolcats.com/album/cat.gif", "http://coolcats.com/more/cats/2.gif", "http://dogs.test/dog.png"],
/// );
/// ```
pub fn album_urls(index: &[u8], index_url: &str) -> Result<Vec<String>, Error> {
    let base = Url::parse(index_url).map_err(|error| Error::malformed(format_args!("album URL: {error}")))?;
    let mut urls = Vec::new();
    for (number, line) in (1..).zip(index.split(|byte| *byte == b'\n')) {
        let wrong = |what: String| Error::malformed(format_args!("album line {number}: {what}"));
        let line = str::from_utf8(line).map_err(|error| wrong(error.to_string()))?.trim();
        if !line.is_empty() && !line.starts_with('#') {
            if urls.len() == MAX_PHOTOS {
                return Err(wrong(format!("more than {MAX_PHOTOS} photos")));
            }
            urls.push(base.join(line).map_err(|error| wrong(error.to_string()))?.into());
        }
    }
    Ok(urls)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(index: &[u8]) -> String {
        album_urls(index, "http://a.test/").unwrap_err().to_string()
    }

    #[test]
    fn a_bad_line_is_named() {
        assert_eq!(reason(b"a\nhttp://\n"), "malformed reply: album line 2: empty host");
        assert!(reason(b"\xff").starts_with("malformed reply: album line 1: invalid utf-8"));
    }

    #[test]
    fn an_album_has_a_bound() {
        assert_eq!(album_urls(&b"a\n".repeat(MAX_PHOTOS), "http://a.test/").unwrap().len(), MAX_PHOTOS);
        let reason = reason(&b"a\n".repeat(MAX_PHOTOS + 1));
        assert_eq!(reason, "malformed reply: album line 10001: more than 10000 photos");
    }

    #[test]
    fn an_empty_album_has_no_photos() {
        assert!(album_urls(b"", "http://a.test/").unwrap().is_empty());
        assert!(album_urls(b"\r\n \n", "http://a.test/").unwrap().is_empty());
    }
}
