//! JPEG XL: ISO/IEC 18181-1, annex D, with or without a container (18181-2).

use super::Size;
use super::boxes::boxes;

/// Number of bytes that hold all fields read here.
const HEAD: usize = 16;

pub(super) fn size(jxl: &[u8]) -> Option<Size> {
    let head =
        if jxl.starts_with(b"\xff\x0a") { jxl[..jxl.len().min(HEAD)].to_vec() } else { contained(jxl) };
    let mut bits = Bits { bytes: head.strip_prefix(b"\xff\x0a")?, read: 0 };

    let is_small = bits.take(1)? == 1;
    let height = bits.side(is_small)?;
    let width = match bits.take(3)? {
        0 => bits.side(is_small)?,
        1 => height,
        2 => height * 12 / 10,
        3 => height * 4 / 3,
        4 => height * 3 / 2,
        5 => height * 16 / 9,
        6 => height * 5 / 4,
        _ => height * 2,
    };
    let size = Size::new(width.try_into().ok()?, height.try_into().ok()?)?;
    Some(size.upright(bits.orientation()))
}

/// The start of the codestream, which may lie in several boxes.
fn contained(jxl: &[u8]) -> Vec<u8> {
    let mut head = Vec::new();
    for (kind, content) in boxes(jxl) {
        let part = match &kind {
            b"jxlc" => content,
            // A part has its number in front.
            b"jxlp" => content.get(4..).unwrap_or_default(),
            _ => continue,
        };
        head.extend(part.iter().take(HEAD));
        if head.len() >= HEAD {
            break;
        }
    }
    head
}

/// A reader of bits, the lowest one first.
struct Bits<'a> {
    bytes: &'a [u8],
    read: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u64> {
        let mut number = 0;
        for i in 0..count {
            let byte = self.bytes.get(self.read / 8)?;
            number |= u64::from(byte >> (self.read % 8) & 1) << i;
            self.read += 1;
        }
        Some(number)
    }

    fn side(&mut self, is_small: bool) -> Option<u64> {
        if is_small {
            return Some((self.take(5)? + 1) * 8);
        }
        let count = match self.take(2)? {
            0 => 9,
            1 => 13,
            2 => 18,
            _ => 30,
        };
        Some(self.take(count)? + 1)
    }

    /// The Exif orientation; `None` if it is the usual one.
    fn orientation(&mut self) -> Option<u32> {
        let is_usual = self.take(1)? == 1;
        let says_more = !is_usual && self.take(1)? == 1;
        let orientation = if says_more { self.take(3)? + 1 } else { return None };
        u32::try_from(orientation).ok()
    }
}
