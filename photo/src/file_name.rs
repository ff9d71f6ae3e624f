//! A safe file name, from a URL that a stranger has chosen.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{EnumeratedProperty, GeneralCategory, GeneralCategoryGroup};
use percent_encoding::percent_decode_str;

use crate::{Format, Photo};

/// Longest name, in bytes; most file systems allow 255, and temporary names need some more.
const MAX_NAME: usize = 200;

/// Longest extension that is kept in a name of unknown format, in bytes.
const MAX_EXTENSION: usize = 10;

/// The extensions that fit each format, the usual one first.
const EXTENSIONS: [(Format, &[&str]); 9] = [
    (Format::Avif, &["avif", "avifs"]),
    (Format::Bmp, &["bmp", "dib"]),
    (Format::Gif, &["gif"]),
    (Format::Heic, &["heic", "heif", "heics", "heifs", "hif"]),
    (Format::Jpeg, &["jpg", "jpeg", "jpe", "jfif", "jif", "jfi", "pjpeg", "pjp", "mpo"]),
    (Format::Jxl, &["jxl"]),
    (Format::Png, &["png", "apng"]),
    // The raw photos of most cameras are TIFF inside.
    (Format::Tiff, &["tiff", "tif", "dng", "arw", "cr2", "nef", "nrw", "pef", "srw", "3fr", "erf", "iiq"]),
    (Format::WebP, &["webp"]),
];

/// Extensions of programs that send photos, of pages, and of other kinds of files.
const OTHERS: &[&str] = &[
    "ashx", "asp", "aspx", "bin", "cfm", "cgi", "dat", "do", "exe", "fcgi", "file", "htm", "html", "ico",
    "image", "img", "jsp", "jspx", "php", "php3", "php4", "php5", "phtml", "pic", "pl", "py", "rb", "svg",
    "svgz", "tmp", "txt", "xhtml",
];

/// Names of devices on Windows, whatever extension follows; digits may be superscript.
const RESERVED: [&str; 28] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "com¹", "com²", "com³", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "lpt¹",
    "lpt²", "lpt³",
];

impl Photo {
    /// A name that is safe in any folder of any system, made from the last segment of the URL.
    ///
    /// It is one name, not a path; it is not hidden, not a device and at most 200 bytes long. Letters, digits and `.-_
    /// ()` stay, in Unicode's composed form (NFC); any other character becomes `_`. The extension fits the photo's
    /// [format](crate::Format): `image.php` becomes `image.jpg`, and `my.cat` becomes `my.cat.jpg`.
    #[must_use]
    pub fn file_name(&self) -> String {
        let safe = harmless(&percent_decode_str(self.name()).decode_utf8_lossy());
        // Windows drops dots and spaces at the end; a dot at the start hides.
        let name = safe.trim_matches([' ', '.']);
        let (stem, extension) = split(if name.is_empty() { "photo" } else { name }, self.format);

        // The cut may leave dots and spaces at the end again.
        let end = stem.floor_char_boundary(MAX_NAME - "_".len() - ".".len() - extension.len());
        let stem = stem[..end].trim_end_matches([' ', '.']);
        let first = stem.split('.').next().unwrap_or(stem).trim_end().to_lowercase();
        let mark = if RESERVED.contains(&first.as_str()) { "_" } else { "" };
        let dot = if extension.is_empty() { "" } else { "." };
        format!("{mark}{stem}{dot}{extension}")
    }
}

/// Replaces every character that has a meaning to any system, after composing: a composed character may have one.
fn harmless(name: &str) -> String {
    let is_mark = |c| GeneralCategoryGroup::Mark.contains(GeneralCategory::for_char(c));
    let mut after_letter = false;
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(name);
    let harmless = composed.chars().map(|c| {
        // Not every letter with a mark has a composed form.
        after_letter = c.is_alphanumeric() || (after_letter && is_mark(c));
        if after_letter || ".-_ ()".contains(c) { c } else { '_' }
    });
    harmless.collect()
}

/// Stem and extension: the name's own extension if it fits `format`, and another one if not.
fn split(name: &str, format: Format) -> (&str, &str) {
    let usual = extensions(format).first().copied();
    match name.rsplit_once('.') {
        Some((stem, own)) if !stem.trim_end_matches([' ', '.']).is_empty() => match usual {
            None if own.len() <= MAX_EXTENSION => (stem, own),
            Some(_) if is_one_of(extensions(format), own) => (stem, own),
            Some(usual) if is_another(own) => (stem, usual),
            usual => (name, usual.unwrap_or_default()),
        },
        _ => (name, usual.unwrap_or_default()),
    }
}

/// Whether `extension` means another kind of file. If not, it may be a part of the name, as in `St. Bernard`.
fn is_another(extension: &str) -> bool {
    // `jpg_large`, `jpeg-1` and, before the colon became harmless, `jpg:orig`.
    let first = extension.split(['_', '-', ' ', '(']).next().unwrap_or_default();
    EXTENSIONS.iter().any(|(_, extensions)| is_one_of(extensions, first)) || is_one_of(OTHERS, extension)
}

fn is_one_of(extensions: &[&str], extension: &str) -> bool {
    extensions.iter().any(|other| other.eq_ignore_ascii_case(extension))
}

fn extensions(format: Format) -> &'static [&'static str] {
    EXTENSIONS.iter().find(|(of, _)| *of == format).map_or(&[], |(_, extensions)| extensions)
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use super::*;

    fn file_name(path: &str) -> String {
        file_name_of(path, Format::Gif)
    }

    fn file_name_of(path: &str, format: Format) -> String {
        let url = format!("http://a.test/{path}");
        Photo { bytes: Vec::new(), url, format, size: None }.file_name()
    }

    #[test]
    fn the_extension_is_one_of_the_format() {
        for (path, expected) in [
            ("", "photo.jpg"),
            ("photo?format=gif", "photo.jpg"),
            ("cats/cat.jpg?size=1#x", "cat.jpg"),
            ("My%20Cat%20(1).jpeg", "My Cat (1).jpeg"),
            ("ABC.JPEG", "ABC.JPEG"),
            ("ABC.jfif", "ABC.jfif"),
            ("ABC.jpg_large", "ABC.jpg"),
            ("ABC.jpg:large", "ABC.jpg"),
            ("ABC.jpeg-1", "ABC.jpg"),
            ("ABC.png", "ABC.jpg"),
            ("ABC.HEIC", "ABC.jpg"),
            ("image.php", "image.jpg"),
            ("image.php?name=cat.gif", "image.jpg"),
            ("GetImage.ashx", "GetImage.jpg"),
            ("cat.tar.gz", "cat.tar.gz.jpg"),
            ("cat.jpg.webp", "cat.jpg.jpg"),
            ("St.%20Bernard", "St. Bernard.jpg"),
            ("2026.11.25", "2026.11.25.jpg"),
            ("cat.", "cat.jpg"),
            ("cat.jpg.", "cat.jpg"),
            (".jpg", "jpg.jpg"),
            ("...png", "png.jpg"),
            ("cat", "cat.jpg"),
            ("jpg", "jpg.jpg"),
        ] {
            assert_eq!(file_name_of(path, Format::Jpeg), expected, "{path}");
        }
        for (format, extensions) in EXTENSIONS {
            for path in ["cat", "cat.php", "cat.jpg", "cat.webp", "cat.tif_small", "cat.xyz", "%20", "con.x"]
            {
                let name = file_name_of(path, format);
                let extension = name.rsplit('.').next().unwrap();
                assert!(is_one_of(extensions, extension), "{path} of {format} → {name}");
            }
        }
        assert_eq!(file_name_of("IMG_1.dng", Format::Tiff), "IMG_1.dng");
        assert_eq!(file_name_of("page.html", Format::Unknown), "page.html");
        assert_eq!(file_name_of("page", Format::Unknown), "page");
    }

    #[test]
    fn letters_with_marks_survive() {
        for (given, kept) in [
            ("ka\u{308}tzchen.gif", "k\u{e4}tzchen.gif"),
            ("k\u{e4}tzchen.gif", "k\u{e4}tzchen.gif"),
            ("me\u{300}o\u{323}\u{302}.gif", "m\u{e8}\u{1ed9}.gif"),
            // The vowel sign and the virama of Hindi, the tone mark of Thai, the syllables of Korean.
            (
                "\u{92c}\u{93f}\u{932}\u{94d}\u{932}\u{940}.gif",
                "\u{92c}\u{93f}\u{932}\u{94d}\u{932}\u{940}.gif",
            ),
            ("\u{e1c}\u{e39}\u{e49}.gif", "\u{e1c}\u{e39}\u{e49}.gif"),
            ("\u{1100}\u{1169}.gif", "\u{ace0}.gif"),
            ("x\u{308}\u{332}.gif", "\u{1e8d}\u{332}.gif"),
            // A mark without a letter is invalid; composed, a mark can become a question mark in Greek.
            ("\u{301}a-\u{301}.gif", "_a-_.gif"),
            ("a\u{37e}\u{1fef}.gif", "a__.gif"),
        ] {
            let encoded = utf8_percent_encode(given, NON_ALPHANUMERIC).to_string();
            assert_eq!(file_name(&encoded), kept, "{given}");
        }
    }

    #[test]
    fn a_hostile_name_stays_one_harmless_name() {
        for hostile in [
            "..",
            "...",
            "..%2f..%2fetc%2fpasswd",
            "%2fetc%2fpasswd",
            "..%5C..%5Cboot.ini",
            "C:%5Cboot.ini",
            "a%00.gif",
            "%0a",
            ".bashrc",
            "cat.gif.",
            "cat%20.",
            "con",
            "NUL.gif",
            "com1.tar.gz",
            "lpt%C2%B9.gif",
            "a:b",
            "%ff%fe",
            "-rf",
            "%7e",
        ] {
            let name = file_name(hostile);
            assert!(!name.contains(['/', '\\', ':', '\0', '\n', '~']), "{hostile} → {name}");
            assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']), "{hostile} → {name}");
            let stem = name.split('.').next().unwrap().to_lowercase();
            assert!(!RESERVED.contains(&stem.as_str()) && !stem.is_empty(), "{hostile} → {name}");
        }
    }

    #[test]
    fn a_long_name_is_cut_and_stays_harmless() {
        let name = file_name(&format!("{}.gif", "ä".repeat(300)));
        assert!(name.len() <= MAX_NAME && name.ends_with("ä.gif"), "{name}");
        for length in MAX_NAME - 5..=MAX_NAME {
            let name = file_name_of(&format!("{}. .{}", "x".repeat(length), "y".repeat(20)), Format::Unknown);
            assert!(name.len() <= MAX_NAME && !name.ends_with(['.', ' ']), "{name}");
        }
        let device = format!("con{}x", "%20".repeat(MAX_NAME));
        assert_eq!(file_name_of(&device, Format::Unknown), "_con");
    }
}
