//! BMP: the header of the bitmap, in the versions of Windows and of OS/2.

use super::Size;
use super::bytes::{le16, le32};

pub(super) fn size(bmp: &[u8]) -> Option<Size> {
    // The first version has 2-byte numbers.
    if le32(bmp, 14)? == 12 {
        return Size::new(le16(bmp, 18)?, le16(bmp, 20)?);
    }
    let (width, height) = (le32(bmp, 18)?.cast_signed(), le32(bmp, 22)?.cast_signed());
    // A negative height means that the rows run from the top down.
    Size::new(u32::try_from(width).ok()?, height.unsigned_abs())
}
