//! A photo becomes small: the work for the processor that comes after the waiting.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits};

use crate::{Error, Photo};

/// Longest side of a photo that is decoded, in pixels.
const MAX_SIDE: u32 = 1 << 15;

/// Most memory for a decoded photo, in bytes: 89 million pixels of three bytes each.
const MAX_MEMORY: u64 = 256 << 20;

/// A photo scaled down.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Thumbnail {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The file.
    pub png: Vec<u8>,
}

/// Why there is no thumbnail.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ThumbnailError {
    /// When there is no photo to scale.
    #[error("cannot download the photo: {0}")]
    Download(#[from] Error),
    /// When the photo is broken inside, of another format than GIF, JPEG or PNG, or too large to be decoded: more than
    /// 32768 pixels a side, or 256 MiB of pixels.
    #[error("cannot decode the photo: {0}")]
    Decode(#[from] image::ImageError),
}

impl Photo {
    /// Decodes the photo (a GIF's first picture), turns it upright, and scales it down to at most `max_side` pixels a
    /// side, in proportion. A smaller one keeps its size. This computes for long: a second, where a photo is large.
    ///
    /// # Errors
    ///
    /// [`ThumbnailError::Decode`]. A few bytes that claim to be a huge picture (a decompression bomb) end so too,
    /// before there is memory for them.
    pub fn thumbnail(&self, max_side: u32) -> Result<Thumbnail, ThumbnailError> {
        let max_side = max_side.max(1);
        let (photo, orientation) = decode(&self.bytes)?;
        let mut small = match photo.width().max(photo.height()) {
            side if side > max_side => photo.thumbnail(max_side, max_side),
            _ => photo,
        };
        // Fewer pixels to move than before the scaling.
        small.apply_orientation(orientation);

        let mut png = Cursor::new(Vec::new());
        small.write_to(&mut png, ImageFormat::Png)?;
        Ok(Thumbnail { width: small.width(), height: small.height(), png: png.into_inner() })
    }
}

/// What the server sent decides about memory here, so there are limits: on what the head claims, before it is believed.
fn decode(bytes: &[u8]) -> ImageResult<(DynamicImage, image::metadata::Orientation)> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);

    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    let orientation = decoder.orientation()?;
    Ok((DynamicImage::from_decoder(decoder)?, orientation))
}
