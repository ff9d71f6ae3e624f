//! HEIF and AVIF (ISO/IEC 23008-12): the properties of the primary item.

use super::Size;
use super::boxes::{boxes, find};
use super::bytes::{be16, be32, index};

pub(super) fn size(heif: &[u8]) -> Option<Size> {
    let meta = find(heif, *b"meta")?.get(4..)?;
    let primary = primary(meta)?;
    let properties = find(meta, *b"iprp")?;
    let known: Vec<_> = boxes(find(properties, *b"ipco")?).collect();
    let associations = boxes(properties).filter(|(kind, _)| kind == b"ipma");
    let indices = associations.filter_map(|(_, table)| of_item(table, primary)).flatten();

    let mut size = None;
    // The picture is decoded, cropped and turned in this order.
    for (kind, property) in indices.filter_map(|index| known.get(index.checked_sub(1)?)) {
        size = match kind {
            b"ispe" => Some(Size::new(be32(property, 4)?, be32(property, 8)?)?),
            b"clap" => Some(Size::new(ratio(property, 0)?, ratio(property, 8)?)?),
            b"irot" if property.first()? & 1 == 1 => size.map(Size::turned),
            _ => size,
        };
    }
    size
}

/// The item that is to be shown.
fn primary(meta: &[u8]) -> Option<u32> {
    let item = find(meta, *b"pitm")?;
    if *item.first()? == 0 { be16(item, 4) } else { be32(item, 4) }
}

/// The numbers of an item's properties, counted from 1.
fn of_item(table: &[u8], wanted: u32) -> Option<Vec<usize>> {
    let (wide_items, wide_properties) = (*table.first()? > 0, table.get(3)? & 1 == 1);
    let mut at = 8;
    for _ in 0..be32(table, 4)? {
        let item = if wide_items { be32(table, at)? } else { be16(table, at)? };
        at += if wide_items { 4 } else { 2 };
        let count = usize::from(*table.get(at)?);
        at += 1;
        let width = if wide_properties { 2 } else { 1 };
        if item == wanted {
            // The highest bit means that the property must not be ignored.
            let property = |i| match width {
                2 => index(be16(table, at + 2 * i)? & 0x7fff),
                _ => Some(usize::from(table.get(at + i)? & 0x7f)),
            };
            return (0..count).map(property).collect();
        }
        at += count * width;
    }
    None
}

/// A number of pixels, written as a fraction.
fn ratio(property: &[u8], at: usize) -> Option<u32> {
    be32(property, at)?.checked_div(be32(property, at + 4)?)
}
