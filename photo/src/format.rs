//! The formats of photos.

use std::fmt;

/// A photo format, recognised by the first bytes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// AV1 image file format.
    Avif,
    /// Windows bitmap.
    Bmp,
    /// Graphics interchange format.
    Gif,
    /// High efficiency image file format.
    Heic,
    /// JPEG (JFIF or Exif).
    Jpeg,
    /// JPEG XL.
    Jxl,
    /// Portable network graphics.
    Png,
    /// Tagged image file format.
    Tiff,
    /// WebP.
    WebP,
    /// An unknown format; only if [`Config::verify_format`](crate::Config::verify_format) is off.
    Unknown,
}

impl Format {
    /// The format of a file by its signature, as decoders recognise it.
    pub(crate) fn of(file: &[u8]) -> Option<Self> {
        if let Some((_, format)) = SIGNATURES.iter().find(|(signature, _)| file.starts_with(signature)) {
            return Some(*format);
        }
        match file {
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', screen @ ..] if !is_text(screen) => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, rest @ ..] if rest.starts_with(b"WEBPVP8") => {
                Some(Self::WebP)
            }
            [b'B', b'M', rest @ ..] if rest.get(12..).is_some_and(is_bitmap) => Some(Self::Bmp),
            [0, 0, _, _, b'f', b't', b'y', b'p', ..] => of_brands(file),
            _ => None,
        }
    }
}

const SIGNATURES: &[(&[u8], Format)] = &[
    (b"\xff\xd8\xff", Format::Jpeg),
    (b"\x89PNG\r\n\x1a\n", Format::Png),
    (b"II*\0", Format::Tiff),
    (b"MM\0*", Format::Tiff),
    // BigTIFF allows files above 4 GiB.
    (b"II+\0", Format::Tiff),
    (b"MM\0+", Format::Tiff),
    // The bare codestream, and the container.
    (b"\xff\x0a", Format::Jxl),
    (b"\0\0\0\x0cJXL \r\n\x87\n", Format::Jxl),
];

/// Whether this is the header of a bitmap, which starts with its own length. Many texts start with `BM` too.
fn is_bitmap(header: &[u8]) -> bool {
    matches!(header, [12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0, ..])
}

/// Whether the seven bytes behind the signature of a GIF are letters, and not the size of a screen.
fn is_text(screen: &[u8]) -> bool {
    let screen = &screen[..screen.len().min(7)];
    screen.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}

/// Tells HEIF and AVIF apart from each other and from films by their brands; all three share a container.
fn of_brands(file: &[u8]) -> Option<Format> {
    let length = u16::from_be_bytes([file[2], file[3]]).into();
    let (brands, _) = file.get(8..length).or(file.get(8..))?.as_chunks::<4>();
    // The second is the version of the first one.
    let mut brands = brands.iter().enumerate().filter(|(i, _)| *i != 1).map(|(_, brand)| brand);
    let exact = brands.clone().find_map(|brand| match brand {
        b"avif" | b"avis" | b"avio" => Some(Format::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" => Some(Format::Heic),
        _ => None,
    });
    let is_heif = |brand: &[u8; 4]| matches!(brand, b"mif1" | b"mif2" | b"msf1" | b"miaf");
    exact.or_else(|| brands.any(is_heif).then_some(Format::Heic))
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Avif => "AVIF",
            Self::Bmp => "BMP",
            Self::Gif => "GIF",
            Self::Heic => "HEIC",
            Self::Jpeg => "JPEG",
            Self::Jxl => "JPEG XL",
            Self::Png => "PNG",
            Self::Tiff => "TIFF",
            Self::WebP => "WebP",
            Self::Unknown => "unknown format",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_decides_the_format() {
        for (file, format) in [
            (&b"\xff\xd8\xff\xe0"[..], Format::Jpeg),
            (b"\xff\xd8\xff\xff\xe0", Format::Jpeg),
            (b"\x89PNG\r\n\x1a\n", Format::Png),
            (b"GIF89a\x01\0\x01\0\0\0\0;", Format::Gif),
            (b"GIF87a  \x01", Format::Gif),
            (b"RIFF\x10\0\0\0WEBPVP8L", Format::WebP),
            (b"II*\0\x08\0\0\0", Format::Tiff),
            (b"MM\0*", Format::Tiff),
            (b"II+\0\x08\0\0\0", Format::Tiff),
            (b"\xff\x0a\x41", Format::Jxl),
            (b"\0\0\0\x0cJXL \r\n\x87\n", Format::Jxl),
            (b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", Format::Bmp),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Format::Heic),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", Format::Avif),
            (b"\0\0\0\x14ftypmif1\0\0\0\0mif1avif", Format::Heic),
            (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B", Format::Avif),
        ] {
            assert_eq!(Format::of(file), Some(format), "{}", file.escape_ascii());
        }
    }

    #[test]
    fn text_and_films_are_no_photos() {
        for file in [
            &b""[..],
            b"<!DOCTYPE html>",
            b"BMW is a maker of cars, and their pages begin so.",
            b"BM",
            b"GIF89a is a format of photos.",
            b"GIF89a\n",
            b"GIF88a\x01\0\x01\0\0\0\0;",
            b"II. On photos",
            b"MMXXVI",
            b"RIFF\x10\0\0\0WAVEfmt ",
            b"\x89PNG\n\x1a\n",
            b"\xff\xd8",
            b"\0\0\0\x18ftypisom\0\0\0\0isommp41",
            b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
            b"abcdftypheic",
        ] {
            assert_eq!(Format::of(file), None, "{}", file.escape_ascii());
        }
    }
}
