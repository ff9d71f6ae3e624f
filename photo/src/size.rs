//! The size of a photo by its head; no pixel is decoded.

use std::fmt;

use crate::Format;

mod bmp;
mod boxes;
mod bytes;
mod gif;
mod heif;
mod ifd;
pub(crate) mod jpeg;
mod jxl;
mod png;
mod webp;

/// Width and height of a photo as a viewer shows it: turned upright, and cropped if its format can express that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
}

impl Size {
    /// The size of a photo of this format; `None` if its head is unusual or damaged, or has a size of 0.
    pub(crate) fn of(format: Format, photo: &[u8]) -> Option<Self> {
        match format {
            Format::Avif | Format::Heic => heif::size(photo),
            Format::Bmp => bmp::size(photo),
            Format::Gif => gif::size(photo),
            Format::Jpeg => jpeg::size(photo),
            Format::Jxl => jxl::size(photo),
            Format::Png => png::size(photo),
            Format::Tiff => ifd::size(photo),
            Format::WebP => webp::size(photo),
            Format::Unknown => None,
        }
    }

    fn new(width: u32, height: u32) -> Option<Self> {
        (width > 0 && height > 0).then_some(Self { width, height })
    }

    /// Turns a photo upright by its Exif orientation (Exif 3.0, section 4.6.5.1.6): from 5 on, it lies on its side.
    fn upright(self, orientation: Option<u32>) -> Self {
        if matches!(orientation, Some(5..=8)) { self.turned() } else { self }
    }

    fn turned(self) -> Self {
        Self { width: self.height, height: self.width }
    }
}

/// Prints, for example, `640 × 480`.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {}", self.width, self.height)
    }
}

#[cfg(test)]
mod tests;
