//! The recipe `thumbnail`: small and upright, within its limits, and concurrent with other downloads.

use std::io::Cursor;
use std::sync::LazyLock;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{PngDecoder, PngEncoder};
use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage,
};
use photo::{Config, Error, Thumbnail, ThumbnailError};
use photo_server::PictureFormat;
use photo_tests::{Picture, Site, Style, serve_once, suite};

suite! {
    every_format_becomes_a_thumbnail,
    proportions_are_kept,
    a_small_photo_keeps_its_size,
    no_side_at_all_is_one_pixel,
    a_photo_taken_sideways_is_turned_upright,
    transparent_pixels_lend_no_colour,
    a_colour_profile_is_kept,
    a_decompression_bomb_is_an_error,
    a_photo_with_missing_data_is_an_error,
    a_broken_photo_is_an_error,
    a_format_that_cannot_be_decoded_is_an_error,
    a_failed_download_is_an_error,
    other_downloads_go_on_meanwhile,
}

fn thumbnail(style: Style, file: &[u8], max_side: u32) -> Result<Thumbnail, ThumbnailError> {
    style.adapter(Config::default()).unwrap().thumbnail(&serve_once(file), max_side)
}

/// A black picture, whose file is small at any size.
fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(&DynamicImage::new_rgb8(width, height), ImageFormat::Png)
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// Width and height of the file, which must be those of the result.
fn size(thumbnail: &Thumbnail) -> (u32, u32) {
    let decoded = image::load_from_memory_with_format(&thumbnail.png, ImageFormat::Png).unwrap();
    assert_eq!((decoded.width(), decoded.height()), (thumbnail.width, thumbnail.height));
    (thumbnail.width, thumbnail.height)
}

fn every_format_becomes_a_thumbnail(style: Style) {
    let (site, client) = Site::with(style);
    for &format in PictureFormat::ALL {
        let url = site.url(&Picture { format, bytes: 20_000, seed: 1 }.path());
        let photo = client.download(&url).unwrap().size.unwrap();
        let max_side = photo.width.max(photo.height) / 2;
        let (width, height) = size(&client.thumbnail(&url, max_side).unwrap());
        assert_eq!(width.max(height), max_side, "{format:?}");
    }
}

fn proportions_are_kept(style: Style) {
    assert_eq!(size(&thumbnail(style, &png(400, 100), 100).unwrap()), (100, 25));
    assert_eq!(size(&thumbnail(style, &png(30, 300), 100).unwrap()), (10, 100));
    assert_eq!(size(&thumbnail(style, &png(1000, 1), 10).unwrap()), (10, 1));
}

fn a_small_photo_keeps_its_size(style: Style) {
    assert_eq!(size(&thumbnail(style, &png(40, 30), 100).unwrap()), (40, 30));
    assert_eq!(size(&thumbnail(style, &png(40, 30), u32::MAX).unwrap()), (40, 30));
}

fn no_side_at_all_is_one_pixel(style: Style) {
    assert_eq!(size(&thumbnail(style, &png(40, 30), 0).unwrap()), (1, 1));
}

/// Phones store the pixels as the sensor reads them, and the rotation in the Exif block.
fn a_photo_taken_sideways_is_turned_upright(style: Style) {
    let mut jpeg = encoded(&DynamicImage::new_rgb8(40, 20), ImageFormat::Jpeg);
    // TIFF 6.0: one entry, orientation (274), one 16-bit number, 6: to be turned by 90°.
    let exif = b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    jpeg.splice(2..2, exif.iter().copied());
    assert_eq!(size(&thumbnail(style, &jpeg, 10).unwrap()), (5, 10));
}

/// The picture has white dots on transparent black.
fn transparent_pixels_lend_no_colour(style: Style) {
    let is_dot = |x: u32, y: u32| x % 10 == 5 && y % 10 == 5;
    let dots = RgbaImage::from_fn(200, 100, |x, y| Rgba(if is_dot(x, y) { [255; 4] } else { [0; 4] }));
    let dots = DynamicImage::from(dots);
    for (color, dots) in [
        ("RGBA", dots.clone()),
        ("RGBA of 16 bits", dots.to_rgba16().into()),
        ("grey and alpha", dots.to_luma_alpha8().into()),
        ("grey and alpha of 16 bits", dots.to_luma_alpha16().into()),
    ] {
        let thumbnail = thumbnail(style, &encoded(&dots, ImageFormat::Png), 20).unwrap();
        assert_eq!(size(&thumbnail), (20, 10));
        let small = image::load_from_memory(&thumbnail.png).unwrap().to_rgba8();
        for pixel in small.pixels() {
            // One of a hundred pixels is opaque.
            assert_eq!(pixel.0, [255, 255, 255, 3], "{color}");
        }
    }
}

fn a_colour_profile_is_kept(style: Style) {
    // The head of a profile names its colours.
    let profile = |space: &[u8; 4]| [&[0; 16], &space[..], &[7; 200]].concat();
    let (picture, grey) = (DynamicImage::new_rgb8(40, 20), DynamicImage::new_luma8(40, 20));
    let mut files = Vec::new();
    for (picture, space, kept) in [
        (&picture, b"RGB ", true),
        (&grey, b"GRAY", true),
        // No viewer could use these with the pixels of the thumbnail.
        (&picture, b"CMYK", false),
        (&grey, b"RGB ", false),
    ] {
        let (mut png, mut jpeg) = (Vec::new(), Vec::new());
        let mut encoder = PngEncoder::new(&mut png);
        encoder.set_icc_profile(profile(space)).unwrap();
        picture.write_with_encoder(encoder).unwrap();
        let mut encoder = JpegEncoder::new(&mut jpeg);
        encoder.set_icc_profile(profile(space)).unwrap();
        picture.write_with_encoder(encoder).unwrap();
        files.extend([(png, space, kept), (jpeg, space, kept)]);
    }
    for (file, space, kept) in files {
        for max_side in [10, 100] {
            let thumbnail = thumbnail(style, &file, max_side).unwrap();
            let mut decoder = PngDecoder::new(Cursor::new(&thumbnail.png)).unwrap();
            assert_eq!(decoder.icc_profile().unwrap(), kept.then(|| profile(space)));
        }
    }
}

fn a_decompression_bomb_is_an_error(style: Style) {
    for (what, bomb) in [
        ("a PNG too wide", claiming_png(60_000, 60_000)),
        ("a PNG too large", claiming_png(30_000, 30_000)),
        ("a GIF too wide", claiming_gif(60_000, 60_000)),
        ("a GIF too large", claiming_gif(30_000, 30_000)),
        ("a JPEG too wide", claiming_jpeg(60_000, 60_000)),
        ("a JPEG too large", claiming_jpeg(30_000, 30_000)),
    ] {
        assert!(bomb.len() < 2000);
        let result = thumbnail(style, &bomb, 100);
        assert!(matches!(result, Err(ThumbnailError::Decode(ImageError::Limits(_)))), "{what}: {result:?}");
    }
}

/// A black pixel whose head claims another size.
fn claiming_png(width: u32, height: u32) -> Vec<u8> {
    let mut png = png(1, 1);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    png
}

/// The checksum of PNG (specification, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    let shift = |crc: u32, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), shift))
}

fn claiming_gif(width: u16, height: u16) -> Vec<u8> {
    let mut gif = encoded(&DynamicImage::new_rgba8(1, 1), ImageFormat::Gif);
    gif[6..8].copy_from_slice(&width.to_le_bytes());
    gif[8..10].copy_from_slice(&height.to_le_bytes());
    gif
}

fn claiming_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = encoded(&DynamicImage::new_rgb8(8, 8), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|marker| marker == b"\xff\xc0").unwrap();
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

fn a_broken_photo_is_an_error(style: Style) {
    let mut broken = png(40, 30);
    let middle = broken.len() / 2;
    broken[middle] ^= 0xff;
    let result = thumbnail(style, &broken, 10);
    assert!(matches!(result, Err(ThumbnailError::Decode(ImageError::Decoding(_)))), "{result:?}");
}

/// In some formats, decoders fill the missing pixels with grey.
fn a_photo_with_missing_data_is_an_error(style: Style) {
    // Waves, and a grain that no encoder can do without.
    let level = |x: u32, y: u32| (x * y / 50 + (x * 7 + y * 13) % 31).to_le_bytes()[0];
    let picture = RgbImage::from_fn(160, 120, |x, y| Rgb([level(x, y), level(y, x), level(x + y, y)]));
    let picture = DynamicImage::from(picture);
    for format in [ImageFormat::Gif, ImageFormat::Jpeg, ImageFormat::Png] {
        let file = encoded(&picture, format);
        thumbnail(style, &file, 10).unwrap();
        // Up to its end, and with its end in place.
        let percent = |count: usize| file.len() * count / 100;
        for hole in [40..100, 60..100, 80..100, 95..100, 40..60, 50..90, 70..80, 80..95] {
            let (before, behind) = (&file[..percent(hole.start)], &file[percent(hole.end)..]);
            let result = thumbnail(style, &[before, behind].concat(), 10);
            assert!(
                matches!(result, Err(ThumbnailError::Decode(_))),
                "{hole:?} % of {format:?} are missing: {result:?}"
            );
        }
    }
}

fn a_format_that_cannot_be_decoded_is_an_error(style: Style) {
    let mut bmp = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0".to_vec();
    bmp.resize(58, 0);
    let result = thumbnail(style, &bmp, 10);
    assert!(matches!(result, Err(ThumbnailError::Decode(ImageError::Unsupported(_)))), "{result:?}");
}

fn a_failed_download_is_an_error(style: Style) {
    let (site, client) = Site::with(style);
    let missing = client.thumbnail(&site.url("/nowhere"), 10);
    assert!(matches!(missing, Err(ThumbnailError::Download(Error::Status { code: 404, .. }))), "{missing:?}");
    let text = thumbnail(style, b"no photo", 10);
    assert!(matches!(text, Err(ThumbnailError::Download(Error::NotAPhoto { .. }))), "{text:?}");
}

fn other_downloads_go_on_meanwhile(style: Style) {
    /// A picture that takes long to decode and to average, and almost no time to download.
    static LARGE: LazyLock<Vec<u8>> = LazyLock::new(|| png(3000, 3000));

    let (site, client) = Site::with(style);
    // Each takes 5 ms, so that few of them fit into the download of the large photo.
    let other = site.url("/photo?bytes=1000&delay_ms=5");
    let (thumbnail, others) = client.thumbnail_meanwhile(&serve_once(&**LARGE), 100, &other);
    assert_eq!(size(&thumbnail.unwrap()), (100, 100));
    println!("{style}: {others} other downloads meanwhile");
    // One of them may begin before the work and end after it.
    assert!(others >= 2, "{others}");
}
