//! A name for the file, from a URL that somebody else has chosen.

use percent_encoding::percent_decode_str;

use crate::{Format, Photo};

/// Longest name, in bytes; most file systems allow 255, and temporary names need some more.
const MAX_NAME: usize = 200;

/// What Windows takes for devices, whatever extension follows; digits may be superscript.
const RESERVED: [&str; 28] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "com¹", "com²", "com³", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "lpt¹",
    "lpt²", "lpt³",
];

impl Photo {
    /// A name under which the photo can be saved in any folder of any system, after the last segment of its URL.
    ///
    /// It is one name, not a path; it is not hidden, not a device and at most 200 bytes long; what is neither letter
    /// nor digit nor one of `.-_ ()` has become `_`.
    #[must_use]
    pub fn file_name(&self) -> String {
        let decoded = percent_decode_str(self.name()).decode_utf8_lossy();
        let allowed = |c: char| c.is_alphanumeric() || ".-_ ()".contains(c);
        let safe: String = decoded.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
        // Windows drops dots and spaces at the end; a dot at the start hides.
        let name = safe.trim_matches([' ', '.']);
        let name = if name.is_empty() { "photo" } else { name };

        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() && extension.len() <= 10 => (stem, extension),
            _ => (name, extension(self.format)),
        };
        // Where it is cut, there may be dots and spaces again.
        let end = stem.floor_char_boundary(MAX_NAME - "_".len() - ".".len() - extension.len());
        let stem = stem[..end].trim_end_matches([' ', '.']);
        let first = stem.split('.').next().unwrap_or(stem).trim_end().to_lowercase();
        let mark = if RESERVED.contains(&first.as_str()) { "_" } else { "" };
        let dot = if extension.is_empty() { "" } else { "." };
        format!("{mark}{stem}{dot}{extension}")
    }
}

fn extension(format: Format) -> &'static str {
    match format {
        Format::Avif => "avif",
        Format::Bmp => "bmp",
        Format::Gif => "gif",
        Format::Heic => "heic",
        Format::Jpeg => "jpg",
        Format::Jxl => "jxl",
        Format::Png => "png",
        Format::Tiff => "tiff",
        Format::WebP => "webp",
        Format::Unknown => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_name(path: &str) -> String {
        file_name_of(path, Format::Gif)
    }

    fn file_name_of(path: &str, format: Format) -> String {
        let url = format!("http://a.test/{path}");
        Photo { bytes: Vec::new(), url, format, width: 1, height: 1 }.file_name()
    }

    #[test]
    fn an_honest_name_is_kept() {
        assert_eq!(file_name("cats/cat.gif?size=1#x"), "cat.gif");
        assert_eq!(file_name("My%20Cat%20(1).jpeg"), "My Cat (1).jpeg");
        assert_eq!(file_name("k%C3%A4tzchen.gif"), "kätzchen.gif");
    }

    #[test]
    fn a_missing_name_or_extension_is_made_up() {
        assert_eq!(file_name(""), "photo.gif");
        assert_eq!(file_name("photo?format=gif"), "photo.gif");
        assert_eq!(file_name("cat"), "cat.gif");
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
    fn a_long_name_is_cut_before_its_extension() {
        let name = file_name(&format!("{}.gif", "ä".repeat(300)));
        assert!(name.len() <= MAX_NAME && name.ends_with("ä.gif"), "{name}");
        assert!(file_name(&"x".repeat(300)).len() <= MAX_NAME);
    }

    #[test]
    fn a_name_that_is_cut_is_no_device() {
        let name = file_name_of(&format!("con{}x", "%20".repeat(MAX_NAME)), Format::Unknown);
        assert_eq!(name, "_con");
    }

    #[test]
    fn a_name_that_is_cut_does_not_end_with_a_dot() {
        for length in MAX_NAME - 5..MAX_NAME {
            let name = file_name_of(&format!("{}. .{}", "x".repeat(length), "y".repeat(20)), Format::Unknown);
            assert!(name.len() <= MAX_NAME && !name.ends_with(['.', ' ']), "{name}");
        }
    }
}
