//! A photo becomes small: the work for the processor after the waiting.

use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::error::{DecodingError, ImageFormatHint, UnsupportedError, UnsupportedErrorKind};
use image::metadata::Orientation;
use image::{
    ColorType, DynamicImage, ImageBuffer, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader,
    ImageResult, Limits, Pixel, Primitive,
};

use crate::size::jpeg;
use crate::{Error, Format, Photo};

/// Longest side of a photo that is decoded, in pixels.
const MAX_SIDE: u32 = 1 << 15;

/// Most memory for a decoded photo, in bytes: 89 million pixels of three bytes each.
const MAX_MEMORY: u64 = 256 << 20;

/// A photo that was scaled down.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Thumbnail {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The file, in PNG format.
    pub png: Vec<u8>,
}

/// The reason why there is no thumbnail.
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
    /// side, in proportion. A smaller one keeps its size.
    ///
    /// Transparent pixels do not tint their neighbours. The colour profile is kept, except that of a CMYK photo, which
    /// becomes RGB. The computation is long: a second for a large photo.
    ///
    /// # Errors
    ///
    /// [`ThumbnailError::Decode`], also where a part of the photo is missing, at its end or before. (GIF and JPEG have no
    /// checksum, so one that is small may go unnoticed.) A few bytes that claim to be a huge picture (a decompression
    /// bomb) lead to it as well, before there is memory for them.
    pub fn thumbnail(&self, max_side: u32) -> Result<Thumbnail, ThumbnailError> {
        let decoded = self.decode()?;
        let mut small = shrink(decoded.picture, max_side.max(1));
        // After the scaling there are fewer pixels to move.
        small.apply_orientation(decoded.orientation);

        let mut png = Vec::new();
        let mut encoder = PngEncoder::new(&mut png);
        if let Some(profile) = decoded.profile.filter(|profile| fits(profile, small.color())) {
            encoder.set_icc_profile(profile).map_err(ImageError::Unsupported)?;
        }
        small.write_with_encoder(encoder)?;
        Ok(Thumbnail { width: small.width(), height: small.height(), png })
    }

    fn decode(&self) -> ImageResult<Decoded> {
        let format = match self.format {
            Format::Gif => ImageFormat::Gif,
            Format::Jpeg => ImageFormat::Jpeg,
            Format::Png => ImageFormat::Png,
            other => return Err(unsupported(other)),
        };
        let mut reader = ImageReader::with_format(Cursor::new(&self.bytes), format);
        // The server decides about memory here, so the claims of the head are checked first.
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_MEMORY);
        reader.limits(limits.clone());
        let mut decoder = reader.into_decoder()?;
        limits.reserve(decoder.total_bytes())?;
        decoder.set_limits(limits)?;
        if self.format == Format::Jpeg && !jpeg::is_whole(&self.bytes) {
            return Err(ImageError::Decoding(DecodingError::new(format.into(), "a part is missing")));
        }
        let orientation = decoder.orientation()?;
        // Slightly wrong colours are better than no thumbnail.
        let profile = decoder.icc_profile().unwrap_or_default();
        Ok(Decoded { picture: DynamicImage::from_decoder(decoder)?, orientation, profile })
    }
}

struct Decoded {
    picture: DynamicImage,
    orientation: Orientation,
    /// The colour profile (ISO 15076).
    profile: Option<Vec<u8>>,
}

fn unsupported(format: Format) -> ImageError {
    let hint = ImageFormatHint::Name(format.to_string());
    let kind = UnsupportedErrorKind::Format(hint.clone());
    ImageError::Unsupported(UnsupportedError::from_format_and_kind(hint, kind))
}

/// Whether the profile fits pixels of this kind, by a field of its head.
fn fits(profile: &[u8], color: ColorType) -> bool {
    let space: &[u8] = if color.has_color() { b"RGB " } else { b"GRAY" };
    profile.get(16..20) == Some(space)
}

/// Scales in proportion, to at most `max_side` pixels a side.
fn shrink(picture: DynamicImage, max_side: u32) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let side = width.max(height);
    if side <= max_side {
        return picture;
    }
    let scaled = |length: u32| {
        let (length, rest) = (u64::from(length) * u64::from(max_side), u64::from(side));
        u32::try_from((length + rest / 2) / rest).unwrap_or(max_side).max(1)
    };
    let (width, height) = (scaled(width), scaled(height));
    match picture {
        DynamicImage::ImageLumaA8(pixels) => average(&pixels, width, height).into(),
        DynamicImage::ImageLumaA16(pixels) => average(&pixels, width, height).into(),
        DynamicImage::ImageRgba8(pixels) => average(&pixels, width, height).into(),
        DynamicImage::ImageRgba16(pixels) => average(&pixels, width, height).into(),
        opaque => {
            // The sums of the crate overflow where a pixel replaces more than 256 × 256 of 16 bits.
            let first = |old: u32, new: u32| new.max(old.div_ceil(255));
            let smaller =
                opaque.thumbnail_exact(first(opaque.width(), width), first(opaque.height(), height));
            smaller.thumbnail_exact(width, height)
        }
    }
}

/// Averages the pixels of each new pixel's area, weighted by alpha, their last channel.
fn average<P, S>(pixels: &ImageBuffer<P, Vec<S>>, width: u32, height: u32) -> ImageBuffer<P, Vec<S>>
where
    P: Pixel<Subpixel = S>,
    S: Primitive + Into<u64> + TryFrom<u64>,
{
    let place = |at: u32, new: u32, old: u32| {
        let edge = |at| u32::try_from(u64::from(at) * u64::from(old) / u64::from(new)).unwrap_or(old);
        edge(at)..edge(at + 1)
    };
    ImageBuffer::from_fn(width, height, |x, y| {
        let (columns, rows) = (place(x, width, pixels.width()), place(y, height, pixels.height()));
        let mut sums = [0; 4];
        let mut weight = 0;
        for (row, column) in rows.clone().flat_map(|row| columns.clone().map(move |column| (row, column))) {
            let channels = pixels.get_pixel(column, row).channels();
            let alpha: u64 = channels[channels.len() - 1].into();
            for (sum, channel) in sums.iter_mut().zip(channels) {
                *sum += (*channel).into() * alpha;
            }
            weight += alpha;
        }
        let count = u64::from(columns.end - columns.start) * u64::from(rows.end - rows.start);
        let alpha = usize::from(P::CHANNEL_COUNT) - 1;
        // Alpha itself has no weight.
        sums[alpha] = weight;
        let mut channels = sums.map(|sum| rounded(sum, weight));
        channels[alpha] = rounded(weight, count);
        *P::from_slice(&channels[..=alpha])
    })
}

fn rounded<S: Primitive + TryFrom<u64>>(sum: u64, count: u64) -> S {
    (sum + count / 2)
        .checked_div(count)
        .and_then(|value| value.try_into().ok())
        .unwrap_or(S::DEFAULT_MIN_VALUE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_may_replace_very_many() {
        let white = ImageBuffer::from_pixel(600, 300, image::Luma([u16::MAX]));
        assert_eq!(shrink(white.into(), 2).into_luma16().into_raw(), [u16::MAX; 2]);
    }
}
