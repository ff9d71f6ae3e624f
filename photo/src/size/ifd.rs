//! The image file directory of TIFF 6.0; `BigTIFF` widens it, and Exif blocks contain one.

use super::Size;
use super::bytes::index;

/// The fields of the first picture that decide its size.
#[derive(Default)]
pub(super) struct Ifd {
    width: Option<u32>,
    height: Option<u32>,
    pub(super) orientation: Option<u32>,
}

/// The layout of a file.
#[derive(Clone, Copy)]
struct Layout {
    little_endian: bool,
    /// Whether offsets and counts have 8 bytes.
    big: bool,
}

pub(super) fn size(tiff: &[u8]) -> Option<Size> {
    let ifd = Ifd::first(tiff)?;
    Some(Size::new(ifd.width?, ifd.height?)?.upright(ifd.orientation))
}

impl Ifd {
    pub(super) fn first(tiff: &[u8]) -> Option<Self> {
        let (layout, at) = Layout::of(tiff)?;
        let directory = tiff.get(at..)?;
        let count_length = if layout.big { 8 } else { 2 };
        let count = index(layout.number(directory, 0, count_length)?)?;
        let mut ifd = Self::default();
        // If the directory is cut off, its first entries still count.
        for entry in directory.get(count_length..)?.chunks_exact(layout.entry()).take(count) {
            ifd.read(entry, layout)?;
        }
        Some(ifd)
    }

    fn read(&mut self, entry: &[u8], layout: Layout) -> Option<()> {
        let (tag, kind) = (layout.number(entry, 0, 2)?, layout.number(entry, 2, 2)?);
        let bytes = match kind {
            1 => 1,
            3 => 2,
            4 => 4,
            16 if layout.big => 8,
            _ => return Some(()),
        };
        let value = layout.number(entry, layout.entry() - layout.offset(), bytes)?;
        let value = u32::try_from(value).ok();
        match tag {
            0x100 => self.width = value,
            0x101 => self.height = value,
            // Decoders disagree about any other type.
            0x112 if kind == 3 => self.orientation = value,
            _ => {}
        }
        Some(())
    }
}

impl Layout {
    /// The layout, and the offset of the first directory.
    fn of(tiff: &[u8]) -> Option<(Self, usize)> {
        let little_endian = match tiff.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let layout = Self { little_endian, big: false };
        let layout = Self { big: layout.number(tiff, 2, 2)? == 43, ..layout };
        let at = if layout.big { 8 } else { 4 };
        Some((layout, index(layout.number(tiff, at, layout.offset())?)?))
    }

    fn entry(self) -> usize {
        if self.big { 20 } else { 12 }
    }

    fn offset(self) -> usize {
        if self.big { 8 } else { 4 }
    }

    /// An unsigned number of 1 to 8 bytes.
    fn number(self, bytes: &[u8], at: usize, length: usize) -> Option<u64> {
        let bytes = bytes.get(at..)?.get(..length)?;
        let push = |number, byte: &u8| number << 8 | u64::from(*byte);
        Some(if self.little_endian { bytes.iter().rev().fold(0, push) } else { bytes.iter().fold(0, push) })
    }
}
