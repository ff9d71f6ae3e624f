//! The pictures: real ones, of an exact size.

use std::io::Cursor;
use std::sync::LazyLock;

use image::{ImageFormat, Rgb, RgbImage};

/// The largest picture the server makes: 64 MiB.
pub const MAX_PICTURE_BYTES: usize = 64 << 20;

/// The picture formats the server can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureFormat {
    /// GIF, padded with comment extensions.
    Gif,
    /// PNG, padded with `tEXt` chunks.
    Png,
    /// JPEG, padded with `COM` segments.
    Jpeg,
}

/// The picture at `/photo?bytes=…&format=…&seed=…`: decoders open it, and it is exactly `bytes` long. Equal arguments
/// make equal bytes.
///
/// # Errors
///
/// If the format cannot have this size, or if it is above 64 MiB. The text lists the possible sizes.
pub fn picture(format: PictureFormat, bytes: usize, seed: u64) -> Result<Vec<u8>, String> {
    let [gradient, dot] = format.bases();
    if bytes > MAX_PICTURE_BYTES {
        return Err(format.sizes());
    }
    [gradient, dot]
        .into_iter()
        .find_map(|base| base.padded(bytes, noise_seed(format, bytes, seed)))
        .ok_or_else(|| format.sizes())
}

impl PictureFormat {
    /// Every format.
    pub const ALL: &[Self] = &[Self::Gif, Self::Png, Self::Jpeg];

    /// The value of `format=`: `gif`, `png` or `jpeg`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gif => "gif",
            Self::Png => "png",
            Self::Jpeg => "jpeg",
        }
    }

    /// The media type: `image/gif`, `image/png` or `image/jpeg`.
    pub fn content_type(self) -> &'static str {
        self.encoder().to_mime_type()
    }

    /// The size of the smallest picture of this format, in bytes.
    pub fn min_bytes(self) -> usize {
        self.bases()[1].bytes.len()
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    fn encoder(self) -> ImageFormat {
        match self {
            Self::Gif => ImageFormat::Gif,
            Self::Png => ImageFormat::Png,
            Self::Jpeg => ImageFormat::Jpeg,
        }
    }

    /// The gradient, and the single pixel that is used if the gradient is too large.
    fn bases(self) -> &'static [Base; 2] {
        static GIF: LazyLock<[Base; 2]> = LazyLock::new(|| Base::both(PictureFormat::Gif));
        static PNG: LazyLock<[Base; 2]> = LazyLock::new(|| Base::both(PictureFormat::Png));
        static JPEG: LazyLock<[Base; 2]> = LazyLock::new(|| Base::both(PictureFormat::Jpeg));
        match self {
            Self::Gif => &GIF,
            Self::Png => &PNG,
            Self::Jpeg => &JPEG,
        }
    }

    /// The possible sizes, as a sentence.
    fn sizes(self) -> String {
        let min = self.min_bytes();
        let possible: Vec<String> = (0..self.contiguous_from())
            .filter(|&pad| self.can_pad(pad))
            .map(|pad| (min + pad).to_string())
            .collect();
        format!(
            "a {} has {} bytes, or any number from {} to {MAX_PICTURE_BYTES}",
            self.name(),
            possible.join(" or "),
            min + self.contiguous_from(),
        )
    }
}

/// An encoded picture and the place in it for comment blocks.
struct Base {
    format: PictureFormat,
    bytes: Vec<u8>,
}

impl Base {
    fn both(format: PictureFormat) -> [Self; 2] {
        [Self::new(format, 64, 48), Self::new(format, 1, 1)]
    }

    fn new(format: PictureFormat, width: u32, height: u32) -> Self {
        let gradient = RgbImage::from_fn(width, height, |x, y| {
            let shade = |at: u32, of: u32| u8::try_from(at * 255 / of.max(2)).unwrap_or(u8::MAX);
            Rgb([shade(x, width), shade(y, height), 128])
        });
        let mut bytes = Vec::new();
        gradient
            .write_to(&mut Cursor::new(&mut bytes), format.encoder())
            .expect("encoding into memory cannot fail");
        Self { format, bytes }
    }

    /// This picture with comments up to exactly `bytes`, if comments can have that length.
    fn padded(&self, bytes: usize, seed: u64) -> Option<Vec<u8>> {
        let pad = bytes.checked_sub(self.bytes.len())?;
        if !self.format.can_pad(pad) {
            return None;
        }
        let (head, tail) = self.bytes.split_at(self.format.comments_at(&self.bytes));
        let mut picture = Vec::with_capacity(bytes);
        picture.extend_from_slice(head);
        self.format.write_comments(&mut picture, pad, seed);
        picture.extend_from_slice(tail);
        Some(picture)
    }
}

/// The seed of the filling, different for pictures that differ in any argument.
fn noise_seed(format: PictureFormat, bytes: usize, seed: u64) -> u64 {
    let salt = (bytes as u64) << 2 | format as u64;
    seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.rotate_left(17)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(format: PictureFormat, bytes: usize) -> (u32, u32) {
        let picture = picture(format, bytes, 7).unwrap();
        assert_eq!(picture.len(), bytes, "{format:?}");
        assert_eq!(image::guess_format(&picture).unwrap(), format.encoder());
        let image = image::load_from_memory(&picture)
            .unwrap_or_else(|error| panic!("{format:?} of {bytes}: {error}"));
        (image.width(), image.height())
    }

    #[test]
    fn every_size_that_can_be_decodes_and_the_others_say_which_can() {
        for &format in PictureFormat::ALL {
            let min = format.min_bytes();
            assert!(min < 1024, "{format:?} is at least {min}");
            for bytes in min - 1..min + 700 {
                match picture(format, bytes, 7) {
                    Ok(_) => drop(decode(format, bytes)),
                    Err(text) => {
                        assert!(bytes < min + format.contiguous_from());
                        assert!(text.contains(&min.to_string()), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn usual_sizes_decode() {
        for &format in PictureFormat::ALL {
            assert_eq!(decode(format, format.min_bytes()), (1, 1));
            decode(format, 1024);
            for bytes in [32 << 10, 70_000, 1 << 20] {
                assert_eq!(decode(format, bytes), (64, 48));
            }
        }
    }

    #[test]
    fn the_largest_size_decodes_and_nothing_larger_is_made() {
        // Only this format's decoder limits the size of comments.
        assert_eq!(decode(PictureFormat::Png, MAX_PICTURE_BYTES), (64, 48));
        for &format in PictureFormat::ALL {
            assert!(picture(format, MAX_PICTURE_BYTES + 1, 0).is_err());
        }
    }

    #[test]
    fn the_same_arguments_make_the_same_bytes_and_others_do_not() {
        let make = |bytes, seed| picture(PictureFormat::Jpeg, bytes, seed).unwrap();
        assert_eq!(make(4000, 1), make(4000, 1));
        assert_ne!(make(4000, 1), make(4000, 2));
        assert_ne!(make(4000, 1)[3000..3900], make(4001, 1)[3000..3900]);
    }
}
