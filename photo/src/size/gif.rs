//! GIF: the screen, and the first picture on it.

use super::Size;
use super::bytes::le16;

pub(super) fn size(gif: &[u8]) -> Option<Size> {
    let (width, height) = (le16(gif, 6)?, le16(gif, 8)?);
    // Some files have a screen of size 0. Browsers enlarge any screen that is smaller than its first picture.
    let (right, bottom) = first_picture(gif).unwrap_or_default();
    Size::new(width.max(right), height.max(bottom))
}

/// The right and the lower edge of the first picture.
fn first_picture(gif: &[u8]) -> Option<(u32, u32)> {
    let flags = gif.get(10)?;
    let colours = if flags & 0x80 == 0 { 0 } else { 2 << (flags & 7) };
    let mut at = 13 + 3 * colours;
    loop {
        match gif.get(at)? {
            // An extension is a label, then blocks up to an empty one.
            0x21 => {
                at += 2;
                while let length @ 1.. = *gif.get(at)? {
                    at += 1 + usize::from(length);
                }
                at += 1;
            }
            0x2c => {
                let edge = |at| Some(le16(gif, at)? + le16(gif, at + 4)?);
                return Some((edge(at + 1)?, edge(at + 3)?));
            }
            _ => return None,
        }
    }
}
