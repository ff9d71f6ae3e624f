//! Which kind of photo it is.

use std::fmt;

use imagesize::ImageType;

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
    /// None of these; possible only where [`Config::verify_format`](crate::Config::verify_format) is off.
    Unknown,
}

impl Format {
    /// Recognises format, width and height (in pixels) by the head of the file; nothing is decoded.
    pub(crate) fn recognise(bytes: &[u8]) -> Option<(Self, u32, u32)> {
        let format = match imagesize::image_type(bytes).ok()? {
            ImageType::Bmp => Self::Bmp,
            ImageType::Gif => Self::Gif,
            ImageType::Heif(imagesize::Compression::Av1) => Self::Avif,
            ImageType::Heif(_) => Self::Heic,
            ImageType::Jpeg => Self::Jpeg,
            ImageType::Jxl => Self::Jxl,
            ImageType::Png => Self::Png,
            ImageType::Tiff => Self::Tiff,
            ImageType::Webp => Self::WebP,
            _ => return None,
        };
        let size = imagesize::blob_size(bytes).ok()?;
        Some((format, u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?))
    }
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
