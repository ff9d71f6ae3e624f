//! WebP: RFC 9649.

use super::Size;
use super::bytes::{array, index, le16, le24, le32};
use super::ifd::Ifd;

pub(super) fn size(webp: &[u8]) -> Option<Size> {
    let chunks = webp.get(12..)?;
    let (kind, data) = chunk(chunks)?;
    match &kind {
        b"VP8 " => Size::new(le16(data, 6)? & 0x3fff, le16(data, 8)? & 0x3fff),
        b"VP8L" => {
            let bits = le32(data, 1)?;
            Size::new((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
        }
        b"VP8X" => Some(Size::new(le24(data, 4)? + 1, le24(data, 7)? + 1)?.upright(orientation(chunks))),
        _ => None,
    }
}

/// The orientation in the chunk `EXIF`, which comes after the pixels.
fn orientation(mut chunks: &[u8]) -> Option<u32> {
    loop {
        let (kind, data) = chunk(chunks)?;
        if &kind == b"EXIF" {
            // Some programs prepend a prefix that belongs into a JPEG.
            return Ifd::first(data.strip_prefix(b"Exif\0\0").unwrap_or(data))?.orientation;
        }
        // An odd length is padded by a byte.
        chunks = chunks.get(8 + data.len().next_multiple_of(2)..)?;
    }
}

/// The first chunk; the last chunk of a file may be cut off.
fn chunk(chunks: &[u8]) -> Option<([u8; 4], &[u8])> {
    let length = index(le32(chunks, 4)?)?;
    let data = chunks.get(8..)?;
    Some((array(chunks, 0)?, data.get(..length).unwrap_or(data)))
}
