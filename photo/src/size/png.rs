//! PNG: the chunks before the pixels.

use super::Size;
use super::bytes::{array, be32, index};
use super::ifd::Ifd;

pub(super) fn size(png: &[u8]) -> Option<Size> {
    let (mut size, mut orientation) = (None, None);
    let mut rest = png.get(8..)?;
    while let Some((kind, chunk)) = chunk(rest) {
        match &kind {
            b"IHDR" => size = size.or(Some((be32(chunk, 0)?, be32(chunk, 4)?))),
            b"eXIf" => orientation = Ifd::first(chunk).and_then(|ifd| ifd.orientation),
            b"IDAT" | b"IEND" => break,
            _ => {}
        }
        // A chunk also has a length, a kind and a checksum.
        rest = rest.get(chunk.len() + 12..).unwrap_or_default();
    }
    let (width, height) = size?;
    // The specification allows no more, and decoders refuse it.
    let is_sound = width.max(height) <= i32::MAX.unsigned_abs();
    Some(Size::new(width, height).filter(|_| is_sound)?.upright(orientation))
}

fn chunk(png: &[u8]) -> Option<([u8; 4], &[u8])> {
    let length = index(be32(png, 0)?)?;
    Some((array(png, 4)?, png.get(8..)?.get(..length)?))
}
