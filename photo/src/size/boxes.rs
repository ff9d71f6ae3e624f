//! The boxes of HEIF, AVIF and JPEG XL files (ISO/IEC 14496-12, section 4.2).

use std::iter;

use super::bytes::{array, be32, index};

/// The boxes in `bytes`, in order, each with its type.
pub(super) fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    iter::from_fn(move || {
        let (size, kind) = (index(be32(rest, 0)?)?, array(rest, 4)?);
        let (header, size) = match size {
            // A size of 0 reaches to the end.
            0 => (8, rest.len()),
            1 => (16, index(u64::from_be_bytes(array(rest, 8)?))?),
            size => (8, size),
        };
        // The last box may be cut off.
        let content = rest.get(header..size.min(rest.len()))?;
        rest = rest.get(size..).unwrap_or_default();
        Some((kind, content))
    })
}

/// The first box of this type.
pub(super) fn find(bytes: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    boxes(bytes).find(|(other, _)| *other == kind).map(|(_, content)| content)
}
