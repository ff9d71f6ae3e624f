//! JPEG: ITU-T T.81, annex B.

use std::iter;

use super::Size;
use super::bytes::{be16, index};
use super::ifd::Ifd;

#[cfg(feature = "thumbnail")]
mod entropy;
#[cfg(feature = "thumbnail")]
mod scans;

/// The markers before some pixels, and after all.
const PIXELS: u8 = 0xda;
const END: u8 = 0xd9;

pub(super) fn size(jpeg: &[u8]) -> Option<Size> {
    let (mut frame, mut orientation) = (None, None);
    for Segment { marker, content, .. } in segments(jpeg).take_while(|segment| segment.marker != PIXELS) {
        match marker {
            // These are frame headers; three numbers among them mark other segments.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) && frame.is_none() => frame = Some(content),
            0xe1 if orientation.is_none() => orientation = exif(content),
            _ => {}
        }
    }
    let frame = frame?;
    Some(Size::new(be16(frame, 3)?, be16(frame, 1)?)?.upright(orientation))
}

/// Whether no data is missing, neither at the end nor before.
#[cfg(feature = "thumbnail")]
pub(crate) fn is_whole(jpeg: &[u8]) -> bool {
    let mut scans = scans::Scans::default();
    for Segment { marker, content, rest } in segments(jpeg) {
        match marker {
            END => return scans.end().is_ok(),
            marker if scans.segment(marker, content, rest).is_err() => return false,
            _ => {}
        }
    }
    false
}

struct Segment<'a> {
    marker: u8,
    content: &'a [u8],
    /// The bytes after it.
    #[cfg_attr(not(feature = "thumbnail"), expect(dead_code, reason = "only thumbnails need whole scans"))]
    rest: &'a [u8],
}

/// The segments. Bytes between them are skipped, as decoders do; the pixels are such bytes.
fn segments(jpeg: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut rest = jpeg;
    iter::from_fn(move || {
        loop {
            let fill = rest.iter().position(|byte| *byte == 0xff)?;
            let at = fill + rest[fill..].iter().position(|byte| *byte != 0xff)?;
            let marker = rest[at];
            rest = &rest[at + 1..];
            match marker {
                // These have no length: stuffing, a private marker, restarts, the start.
                0x00 | 0x01 | 0xd0..=0xd8 => {}
                END => return Some(Segment { marker, content: &[], rest }),
                _ => {
                    let length = index(be16(rest, 0)?)?;
                    let content = rest.get(2..length)?;
                    rest = &rest[length..];
                    return Some(Segment { marker, content, rest });
                }
            }
        }
    })
}

fn exif(segment: &[u8]) -> Option<u32> {
    // The last byte should be a second 0, but some cameras write another one.
    let tiff = segment.strip_prefix(b"Exif\0")?.get(1..)?;
    Ifd::first(tiff)?.orientation
}
