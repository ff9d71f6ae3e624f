//! Comment blocks of the picture formats, of an exact length.

use crate::photos::PictureFormat;

/// Comment extension (GIF specification, section 24): an introducer of 2 bytes, sub-blocks of 1 + 1..=255 bytes, a 0.
const GIF_FRAME: usize = 3;
/// `tEXt` chunk (PNG, section 11.3.3): length, type and CRC of 4 bytes each, a keyword, a NUL, text.
const PNG_FRAME: usize = 12;
const PNG_KEYWORD: &[u8] = b"Comment";
/// Size of a text chunk, far below the limits of decoders.
const PNG_CHUNK: usize = 1 << 20;
/// `COM` segment (ITU-T T.81, section B.2.4.5): a marker of 2 bytes, 2 of length, up to 65,533 of text.
const JPEG_FRAME: usize = 4;
const JPEG_SEGMENT: usize = 65_537;

impl PictureFormat {
    /// Whether comments can be `pad` bytes long in all.
    pub(crate) fn can_pad(self, pad: usize) -> bool {
        pad == 0 || pad >= self.contiguous_from() || matches!((self, pad), (Self::Gif, GIF_FRAME))
    }

    /// The length from which on every length is possible.
    pub(crate) fn contiguous_from(self) -> usize {
        match self {
            Self::Gif => GIF_FRAME + 2,
            Self::Png => PNG_FRAME + 2,
            Self::Jpeg => JPEG_FRAME,
        }
    }

    /// The place of comments in a picture: before all that a decoder needs, so that a truncated photo does not open.
    pub(crate) fn comments_at(self, picture: &[u8]) -> usize {
        match self {
            Self::Gif => {
                let flags = picture[10];
                let colours = if flags & 0x80 == 0 { 0 } else { 2 << (flags & 7) };
                13 + 3 * colours
            }
            // The signature, then IHDR.
            Self::Png => 8 + PNG_FRAME + 13,
            // SOI, then APP0, which must be the first segment.
            Self::Jpeg => 4 + usize::from(u16::from_be_bytes([picture[4], picture[5]])),
        }
    }

    /// Appends comments of `pad` bytes, filled with printable ASCII made from `seed`.
    pub(crate) fn write_comments(self, out: &mut Vec<u8>, pad: usize, seed: u64) {
        let random = &mut fastrand::Rng::with_seed(seed);
        match self {
            _ if pad == 0 => {}
            Self::Gif => {
                out.extend([0x21, 0xfe]);
                for block in split(pad - GIF_FRAME, 256, 2) {
                    out.push(u8::try_from(block - 1).expect("a block is at most 256"));
                    fill(out, block - 1, random);
                }
                out.push(0);
            }
            Self::Png => {
                for chunk in split(pad, PNG_CHUNK, PNG_FRAME + 2) {
                    write_png_text(out, chunk - PNG_FRAME, random);
                }
            }
            Self::Jpeg => {
                for segment in split(pad, JPEG_SEGMENT, JPEG_FRAME) {
                    let length = u16::try_from(segment - 2).expect("a segment is at most 65,537");
                    out.extend([0xff, 0xfe]);
                    out.extend(length.to_be_bytes());
                    fill(out, segment - JPEG_FRAME, random);
                }
            }
        }
    }
}

/// One chunk with `length` bytes of data; the keyword is shortened if it does not fit.
fn write_png_text(out: &mut Vec<u8>, length: usize, random: &mut fastrand::Rng) {
    let keyword = &PNG_KEYWORD[..PNG_KEYWORD.len().min(length - 1)];
    out.extend(u32::try_from(length).expect("a chunk is at most 1 MiB").to_be_bytes());
    let checked_from = out.len();
    out.extend(b"tEXt");
    out.extend(keyword);
    out.push(0);
    fill(out, length - keyword.len() - 1, random);
    let crc = crc32fast::hash(&out[checked_from..]);
    out.extend(crc.to_be_bytes());
}

/// Splits `total` into parts of `min..=max`. The last part takes some length from the one before it if it would be too
/// short.
fn split(total: usize, max: usize, min: usize) -> impl Iterator<Item = usize> {
    let mut left = total;
    std::iter::from_fn(move || {
        let part = match left {
            0 => return None,
            _ if left <= max => left,
            _ if left - max < min => max - min,
            _ => max,
        };
        left -= part;
        Some(part)
    })
}

/// Appends printable ASCII.
fn fill(out: &mut Vec<u8>, length: usize, random: &mut fastrand::Rng) {
    let from = out.len();
    out.resize(from + length, 0);
    random.fill(&mut out[from..]);
    for byte in &mut out[from..] {
        // Six bits, moved to the printable range from 0x20 to 0x5f.
        *byte = (*byte & 0x3f) + 0x20;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_as_long_as_wanted_and_printable() {
        for &format in PictureFormat::ALL {
            for pad in (0..2000).chain(65_520..65_560).chain(1_048_570..1_048_600) {
                if format.can_pad(pad) {
                    let mut out = Vec::new();
                    format.write_comments(&mut out, pad, 1);
                    assert_eq!(out.len(), pad, "{format:?}");
                }
            }
        }
        let mut out = Vec::new();
        fill(&mut out, 1001, &mut fastrand::Rng::with_seed(3));
        assert!(out.len() == 1001 && out.iter().all(|byte| (0x20..0x7f).contains(byte)));
    }
}
