//! Heads that encoders write rarely, or that no decoder here reads.

use super::*;

#[track_caller]
fn assert_size(file: &[u8], format: Format, expected: Option<Size>) {
    assert_eq!(Format::of(file), Some(format), "{}", file.escape_ascii());
    assert_eq!(Size::of(format, file), expected, "{}", file.escape_ascii());
}

/// A file of each format that is built here.
pub(super) fn all() -> Vec<Vec<u8>> {
    vec![
        jpeg(&[b"\xff\xc0\0\x0b\x08\0\x02\0\x03\x01\x01\x11\0"]),
        tiff(false, &[(0x100, 3, 40), (0x101, 3, 20)]),
        tiff(true, &[(0x100, 3, 40), (0x101, 3, 20)]),
        heif(b"heic", &[(b"ispe", &ispe(40, 20)), (b"irot", b"\x01")], &[1, 2]),
        jxl(&[(1, 0), (2, 1), (13, 399), (3, 2), (1, 1)]),
        contained(&jxl(&[(1, 1), (5, 4), (3, 0), (5, 2), (1, 1)])),
    ]
}

/// A JPEG of these segments, up to its pixels.
fn jpeg(segments: &[&[u8]]) -> Vec<u8> {
    [b"\xff\xd8", &segments.concat()[..], b"\xff\xda\0\x08\x01\x01\0\0\x3f\0"].concat()
}

#[test]
fn a_jpeg_may_have_bytes_between_its_segments() {
    let frame = b"\xff\xc0\0\x0b\x08\0\x02\0\x03\x01\x01\x11\0";
    let comment = b"\xff\xfe\0\x04\xff\xc0";
    let expected = Size::new(3, 2);
    assert_size(&jpeg(&[frame]), Format::Jpeg, expected);
    assert_size(&jpeg(&[comment, frame]), Format::Jpeg, expected);
    assert_size(&jpeg(&[b"\xff", frame]), Format::Jpeg, expected);
    assert_size(&jpeg(&[comment, b"\xff\xff\xff\xff", frame]), Format::Jpeg, expected);
    assert_size(&jpeg(&[comment, b"\0\0junk", frame]), Format::Jpeg, expected);
    assert_size(
        &jpeg(&[b"\xff\x01\xff\xd8", frame, b"\xff\xc1\0\x0b\x08\0\x09\0\x09"]),
        Format::Jpeg,
        expected,
    );
    for kind in [0xc1, 0xc2, 0xc3, 0xc5, 0xc9, 0xcf] {
        let frame = [&[0xff, kind][..], &frame[2..]].concat();
        assert_size(&jpeg(&[b"\xff\xc4\0\x02\xff\xcc\0\x02", &frame]), Format::Jpeg, expected);
    }
}

#[test]
fn a_jpeg_without_frame_or_height_has_no_known_size() {
    assert_size(&jpeg(&[b"\xff\xfe\0\x02"]), Format::Jpeg, None);
    assert_size(&jpeg(&[b"\xff\xfe\0\x01"]), Format::Jpeg, None);
    // The height comes after the pixels, which decoders do not accept either.
    assert_size(&jpeg(&[b"\xff\xc0\0\x0b\x08\0\0\0\x03\x01\x01\x11\0"]), Format::Jpeg, None);
}

#[test]
fn a_gif_is_as_large_as_its_screen_and_its_first_picture() {
    let gif = |screen: &[u8], picture: &[u8]| {
        [b"GIF89a", screen, b"\x80\0\0abcdef\x21\xfe\x02hi\0\x2c", picture].concat()
    };
    let picture = b"\x01\0\x02\0\x09\0\x08\0\0";
    assert_size(&gif(b"\x28\0\x14\0", picture), Format::Gif, Size::new(40, 20));
    assert_size(&gif(b"\0\0\0\0", picture), Format::Gif, Size::new(10, 10));
    assert_size(&gif(b"\x02\0\x14\0", picture), Format::Gif, Size::new(10, 20));
    assert_size(b"GIF89a\0\0\x14\0\0\0\0;", Format::Gif, None);
}

#[test]
fn a_bitmap_may_be_stored_from_the_top_down() {
    let bmp = |header: &[u8]| [b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0", header].concat();
    assert_size(&bmp(b"\x28\0\0\0\x28\0\0\0\x14\0\0\0"), Format::Bmp, Size::new(40, 20));
    assert_size(&bmp(b"\x28\0\0\0\x28\0\0\0\xec\xff\xff\xff"), Format::Bmp, Size::new(40, 20));
    assert_size(&bmp(b"\x7c\0\0\0\x28\0\0\0\xd0\xff\xff\xff"), Format::Bmp, Size::new(40, 48));
    assert_size(&bmp(b"\x0c\0\0\0\x28\0\x14\0\x01\0\x18\0"), Format::Bmp, Size::new(40, 20));
    assert_size(&bmp(b"\x28\0\0\0\xd8\xff\xff\xff\x14\0\0\0"), Format::Bmp, None);
    assert_size(&bmp(b"\x28\0\0\0\x28\0\0\0"), Format::Bmp, None);
}

#[test]
fn a_png_may_begin_with_another_chunk() {
    let png = |chunks: &[&[u8]]| [b"\x89PNG\r\n\x1a\n", &chunks.concat()[..]].concat();
    let header = b"\0\0\0\x0dIHDR\0\0\0\x28\0\0\0\x14\x08\x02\0\0\0\0\0\0\0";
    assert_size(&png(&[header]), Format::Png, Size::new(40, 20));
    // iPhones write such files.
    assert_size(&png(&[b"\0\0\0\x04CgBI\x50\0\x20\x02\0\0\0\0", header]), Format::Png, Size::new(40, 20));
    assert_size(&png(&[b"\0\0\0\x0dIHDR\0\0\0\x28\x80\0\0\0\x08\x02\0\0\0\0\0\0\0"]), Format::Png, None);
    assert_size(&png(&[]), Format::Png, None);
}

/// A TIFF of these entries: tag, type and value.
fn tiff(big_endian: bool, entries: &[(u16, u16, u32)]) -> Vec<u8> {
    let short = |number: u16| if big_endian { number.to_be_bytes() } else { number.to_le_bytes() };
    let long = |number: u32| if big_endian { number.to_be_bytes() } else { number.to_le_bytes() };
    let mut tiff = if big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
    tiff.extend(long(8));
    tiff.extend(short(entries.len().try_into().unwrap()));
    for (tag, kind, value) in entries {
        tiff.extend([short(*tag), short(*kind)].as_flattened());
        tiff.extend(long(1));
        match kind {
            3 => tiff.extend([short((*value).try_into().unwrap()), [0; 2]].as_flattened()),
            _ => tiff.extend(long(*value)),
        }
    }
    tiff.extend(long(0));
    tiff
}

#[test]
fn a_tiff_may_have_its_numbers_in_any_type_and_order() {
    for big_endian in [false, true] {
        for kind in [3, 4] {
            let file = |orientation| {
                tiff(big_endian, &[(0x112, 3, orientation), (0x101, kind, 20), (0x100, kind, 40)])
            };
            assert_size(&file(1), Format::Tiff, Size::new(40, 20));
            assert_size(&file(6), Format::Tiff, Size::new(20, 40));
        }
        assert_size(&tiff(big_endian, &[(0xfe, 99, 0), (0x100, 4, 40)]), Format::Tiff, None);
    }
    // BigTIFF
    let head = b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0";
    let entries = b"\x00\x01\x10\0\x01\0\0\0\0\0\0\0\x28\0\0\0\0\0\0\0\x01\x01\x03\0\x01\0\0\0\0\0\0\0\x14\0\0\0\0\0\0\0";
    assert_size(&[&head[..], entries].concat(), Format::Tiff, Size::new(40, 20));
}

fn boxed(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(8 + content.len()).unwrap();
    [&length.to_be_bytes(), kind, content].concat()
}

fn ispe(width: u32, height: u32) -> Vec<u8> {
    [[0; 4], width.to_be_bytes(), height.to_be_bytes()].concat()
}

/// A photo with these properties; item 7, the primary one, has some of them.
fn heif(brand: &[u8], properties: &[(&[u8; 4], &[u8])], of_primary: &[u8]) -> Vec<u8> {
    let known: Vec<u8> = properties.iter().flat_map(|(kind, content)| boxed(*kind, content)).collect();
    let count = u8::try_from(of_primary.len()).unwrap();
    let associations = [b"\0\0\0\0\0\0\0\x02\0\x01\x01\x01\0\x07", &[count][..], of_primary].concat();
    let meta = [
        vec![0; 4],
        boxed(b"hdlr", &[0; 24]),
        boxed(b"pitm", b"\0\0\0\0\0\x07"),
        boxed(b"iprp", &[boxed(b"ipco", &known), boxed(b"ipma", &associations)].concat()),
    ];
    let brands = [brand, b"\0\0\0\0mif1", brand].concat();
    [boxed(b"ftyp", &brands), boxed(b"meta", &meta.concat()), boxed(b"mdat", &[0; 9])].concat()
}

#[test]
fn a_heif_has_the_size_of_its_primary_item() {
    let (small, large) = (ispe(40, 20), ispe(400, 200));
    let clap = [30_u32, 1, 25, 2, 0, 1, 0, 1].map(u32::to_be_bytes).concat();
    let properties = [
        (b"ispe", &large[..]),
        (b"ispe", &small),
        (b"irot", b"\x01"),
        (b"irot", b"\x02"),
        (b"clap", &clap),
        (b"imir", b"\0"),
    ];
    for (brand, format) in [(b"heic", Format::Heic), (b"avif", Format::Avif)] {
        let file = |of_primary: &[u8]| heif(brand, &properties, of_primary);
        assert_size(&file(&[2, 6]), format, Size::new(40, 20));
        assert_size(&file(&[0x82, 0x83]), format, Size::new(20, 40));
        assert_size(&file(&[2, 4]), format, Size::new(40, 20));
        assert_size(&file(&[2, 5]), format, Size::new(30, 12));
        assert_size(&file(&[2, 5, 3]), format, Size::new(12, 30));
        // No such property; no size.
        assert_size(&file(&[0, 99, 1]), format, Size::new(400, 200));
        assert_size(&file(&[3]), format, None);
        assert_size(&boxed(b"ftyp", &[&brand[..], b"\0\0\0\0", brand].concat()), format, None);
    }
}

/// A codestream that starts with these numbers, each with its width in bits.
fn jxl(numbers: &[(usize, u64)]) -> Vec<u8> {
    let bits = numbers.iter().flat_map(|(count, number)| (0..*count).map(move |i| number >> i & 1 == 1));
    let mut bytes = [0; 14];
    for (i, _) in bits.enumerate().filter(|(_, bit)| *bit) {
        bytes[i / 8] |= 1 << (i % 8);
    }
    [b"\xff\x0a", &bytes[..]].concat()
}

/// The codestream in a container, in two parts.
fn contained(jxl: &[u8]) -> Vec<u8> {
    let (first, last) = jxl.split_at(3);
    [
        boxed(b"JXL ", b"\r\n\x87\n"),
        boxed(b"ftyp", b"jxl \0\0\0\0jxl "),
        boxed(b"jxlp", &[b"\0\0\0\0", first].concat()),
        boxed(b"Exif", &[0; 20]),
        boxed(b"jxlp", &[b"\x80\0\0\x01", last].concat()),
    ]
    .concat()
}

#[test]
fn a_jpeg_xl_may_be_of_any_proportions() {
    for (numbers, expected) in [
        (&[(1, 1), (5, 4), (3, 0), (5, 2), (1, 1)][..], Size::new(24, 40)),
        (&[(1, 1), (5, 4), (3, 1), (1, 1)], Size::new(40, 40)),
        (&[(1, 0), (2, 1), (13, 1024), (3, 2), (1, 1)], Size::new(1230, 1025)),
        (&[(1, 0), (2, 1), (13, 1665), (3, 3), (1, 1)], Size::new(2221, 1666)),
        (&[(1, 0), (2, 0), (9, 99), (3, 4), (1, 1)], Size::new(150, 100)),
        (&[(1, 0), (2, 0), (9, 99), (3, 5), (1, 1)], Size::new(177, 100)),
        (&[(1, 0), (2, 0), (9, 99), (3, 6), (1, 1)], Size::new(125, 100)),
        (&[(1, 0), (2, 3), (30, 99_999), (3, 7), (1, 1)], Size::new(200_000, 100_000)),
        (&[(1, 0), (2, 0), (9, 0), (3, 0), (2, 2), (18, 70_000), (1, 1)], Size::new(70_001, 1)),
        // All default; nothing more; upright; turned.
        (&[(1, 0), (2, 0), (9, 99), (3, 7), (1, 0), (1, 0), (3, 7)], Size::new(200, 100)),
        (&[(1, 0), (2, 0), (9, 99), (3, 7), (1, 0), (1, 1), (3, 3)], Size::new(200, 100)),
        (&[(1, 0), (2, 0), (9, 99), (3, 7), (1, 0), (1, 1), (3, 5)], Size::new(100, 200)),
    ] {
        let file = jxl(numbers);
        assert_size(&file, Format::Jxl, expected);
        assert_size(&contained(&file), Format::Jxl, expected);
    }
    assert_size(b"\xff\x0a", Format::Jxl, None);
    assert_size(&boxed(b"JXL ", b"\r\n\x87\n"), Format::Jxl, None);
}
