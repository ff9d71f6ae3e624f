//! Sizes, compared with a decoder on generated files, and of heads that are built here.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader};

use super::*;

mod built;

const SIZES: [(u32, u32); 6] = [(1, 1), (7, 3), (16, 40), (33, 65), (100, 1), (260, 4)];

/// Exif blocks without and with each orientation, of either byte order; 0 and 9 are none.
fn exif_blocks() -> impl Iterator<Item = Vec<u8>> {
    let little = |orientation| {
        [&b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"[..], &[orientation, 0, 0, 0], &[0; 4]].concat()
    };
    let big = |orientation| {
        [&b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"[..], &[0, orientation, 0, 0], &[0; 4]].concat()
    };
    (0..10).flat_map(move |orientation| [little(orientation), big(orientation)])
}

/// Every picture in every format and colour that the encoders know, upright and turned.
fn generated() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for (width, height) in SIZES {
        for color in [
            ColorType::L8,
            ColorType::La8,
            ColorType::Rgb8,
            ColorType::Rgba8,
            ColorType::L16,
            ColorType::Rgb16,
        ] {
            let picture = DynamicImage::new(width, height, color);
            for format in [
                ImageFormat::Bmp,
                ImageFormat::Gif,
                ImageFormat::Jpeg,
                ImageFormat::Png,
                ImageFormat::Tiff,
                ImageFormat::WebP,
            ] {
                let mut file = Cursor::new(Vec::new());
                // No format has all colours.
                if picture.write_to(&mut file, format).is_ok() {
                    files.push((format!("{format:?} {color:?} {width}×{height}"), file.into_inner()));
                }
            }
        }
        let picture = DynamicImage::new_rgb8(width, height);
        for (i, exif) in exif_blocks().enumerate() {
            let mut add =
                |format, file| files.push((format!("{format} {width}×{height}, Exif block {i}"), file));
            let (mut jpeg, mut png, mut webp) = (Vec::new(), Vec::new(), Vec::new());
            encode(&picture, &exif, JpegEncoder::new(&mut jpeg));
            encode(&picture, &exif, PngEncoder::new(&mut png));
            encode(&picture, &exif, WebPEncoder::new_lossless(&mut webp));
            add("JPEG", jpeg);
            add("PNG", png);
            add("WebP", webp);
        }
    }
    files
}

fn encode(picture: &DynamicImage, exif: &[u8], mut encoder: impl ImageEncoder) {
    encoder.set_exif_metadata(exif.to_vec()).unwrap();
    picture.write_with_encoder(encoder).unwrap();
}

fn decoded(file: &[u8]) -> Option<(Format, Size)> {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format().unwrap();
    let format = match reader.format()? {
        ImageFormat::Bmp => Format::Bmp,
        ImageFormat::Gif => Format::Gif,
        ImageFormat::Jpeg => Format::Jpeg,
        ImageFormat::Png => Format::Png,
        ImageFormat::Tiff => Format::Tiff,
        ImageFormat::WebP => Format::WebP,
        other => panic!("no encoder here writes {other:?}"),
    };
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let mut picture = DynamicImage::new_luma8(width, height);
    picture.apply_orientation(decoder.orientation().unwrap_or(Orientation::NoTransforms));
    Some((format, Size { width: picture.width(), height: picture.height() }))
}

fn recognised(file: &[u8]) -> Option<(Format, Size)> {
    let format = Format::of(file)?;
    Some((format, Size::of(format, file)?))
}

#[test]
fn format_and_size_are_those_of_a_decoder() {
    let files = generated();
    assert!(files.len() >= 300, "{} files", files.len());
    for (name, file) in files {
        let decoded = decoded(&file);
        assert!(decoded.is_some(), "{name} cannot be decoded");
        assert_eq!(recognised(&file), decoded, "{name}");
    }
}

/// Whatever is cut or changed, nothing panics, and the signature still decides.
#[test]
fn a_damaged_head_is_no_reason_to_refuse_a_photo() {
    let random = &mut fastrand::Rng::with_seed(1);
    let mut files: Vec<_> = generated().into_iter().map(|(_, file)| file).step_by(7).collect();
    files.extend(built::all());
    for file in files {
        let format = Format::of(&file).unwrap();
        for _ in 0..200 {
            let mut damaged = file[..random.usize(30..=file.len().max(30)).min(file.len())].to_vec();
            for _ in 0..random.usize(..4) {
                let at = random.usize(..damaged.len());
                if at >= 24 {
                    damaged[at] = random.u8(..);
                }
            }
            assert_eq!(Format::of(&damaged), Some(format));
            let _ = Size::of(format, &damaged);
        }
    }
}
