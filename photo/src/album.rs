//! The index of an album.

use std::borrow::Cow;

use url::Url;

use crate::Error;

/// Most photos of an album: all of them are in memory until the last one is whole.
const MAX_PHOTOS: usize = 10_000;

/// The photos of an album: the URLs in `index`, one on each line, resolved against the URL of the index.
///
/// Blank lines and lines that begin with `#` are skipped. The index is UTF-8, or UTF-16 with a byte order mark; lines end
/// as on any system; blanks around a URL do not count.
///
/// # Errors
///
/// [`Error::Malformed`] with the number of the line, if the index is not text, if a line is not a URL, or if there are
/// more than 10,000 photos.
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
    let text = text(index)?;
    let mut urls = Vec::new();
    for (number, line) in (1..).zip(lines(&text)) {
        let wrong = |reason: String| wrong(number, &reason);
        let line = line.trim_matches(is_blank);
        if !line.is_empty() && !line.starts_with('#') {
            if urls.len() == MAX_PHOTOS {
                return Err(wrong(format!("more than {MAX_PHOTOS} photos")));
            }
            // UTF-16 without its mark has such bytes, and so have most files that are not text.
            if line.contains('\0') {
                return Err(wrong("a NUL in a URL".to_owned()));
            }
            urls.push(base.join(line).map_err(|error| wrong(error.to_string()))?.into());
        }
    }
    Ok(urls)
}

/// Decodes the encodings that text editors write.
fn text(index: &[u8]) -> Result<Cow<'_, str>, Error> {
    let utf16 = match index {
        [0xff, 0xfe, rest @ ..] => Some((rest, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0xfe, 0xff, rest @ ..] => Some((rest, u16::from_be_bytes as fn([u8; 2]) -> u16)),
        _ => None,
    };
    let Some((bytes, unit)) = utf16 else {
        return str::from_utf8(index).map(Cow::from).map_err(|error| {
            let read = str::from_utf8(&index[..error.valid_up_to()]).unwrap_or_default();
            wrong(lines(read).count(), &error.to_string())
        });
    };
    let (pairs, rest) = bytes.as_chunks();
    let text = String::from_utf16(&pairs.iter().copied().map(unit).collect::<Vec<_>>()).ok();
    text.filter(|_| rest.is_empty()).map(Cow::from).ok_or_else(|| wrong(1, "invalid utf-16"))
}

/// Splits at LF, CRLF and CR, the line ends of Unix, of Windows and of old Macs.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// White space, byte order marks in front of any line (files are joined), and control characters such as the end mark of
/// DOS.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}' || (c.is_control() && c != '\0')
}

fn wrong(line: usize, reason: &str) -> Error {
    Error::malformed(format_args!("album line {line}: {reason}"))
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
        assert!(reason(b"a\rb\r\nc\xff\nd").starts_with("malformed reply: album line 3: invalid utf-8"));
        assert_eq!(reason(b"a\n\0b\0"), "malformed reply: album line 2: a NUL in a URL");
        assert_eq!(reason(b"\xff\xfea"), "malformed reply: album line 1: invalid utf-16");
        assert_eq!(reason(b"\xff\xfe\x00\xd8"), "malformed reply: album line 1: invalid utf-16");
    }

    /// An author reads each of these as two photos.
    #[test]
    fn an_index_may_come_from_any_editor() {
        let utf16 = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
            [
                mark,
                &"cat.gif\r\n# \u{1f431}\r\nd\u{f6}g.png\r\n"
                    .encode_utf16()
                    .flat_map(unit)
                    .collect::<Vec<_>>(),
            ]
            .concat()
        };
        for index in [
            "cat.gif\nd\u{f6}g.png".as_bytes(),
            "\u{feff}cat.gif\nd\u{f6}g.png\n".as_bytes(),
            "\u{feff}cat.gif\r\nd\u{f6}g.png\r\n".as_bytes(),
            "\u{feff}# cats\r\n\r\ncat.gif \t\r\n\u{a0}d\u{f6}g.png\u{3000}\r\n".as_bytes(),
            "cat.gif\rd\u{f6}g.png\r".as_bytes(),
            "cat.gif\r\r\nd\u{f6}g.png\r\r\n".as_bytes(),
            "cat.gif\n\u{feff}\nd\u{f6}g.png\n\u{feff}# the end\n\x1a".as_bytes(),
            &utf16(b"\xff\xfe", u16::to_le_bytes),
            &utf16(b"\xfe\xff", u16::to_be_bytes),
        ] {
            assert_eq!(
                album_urls(index, "http://a.test/").unwrap(),
                ["http://a.test/cat.gif", "http://a.test/d%C3%B6g.png"],
                "{}",
                index.escape_ascii()
            );
        }
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
