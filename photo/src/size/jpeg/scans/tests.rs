//! Generated files with each kind of scan, whole and with data missing.

use std::ops::Range;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::size::jpeg::{END, PIXELS, is_whole, segments};

/// Noise in each kind of scan that the encoder knows, with a name.
fn generated(width: u16, height: u16) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut random = fastrand::Rng::with_seed(7);
    for (color, channels) in [(ColorType::Luma, 1), (ColorType::Rgb, 3), (ColorType::Cmyk, 4)] {
        let mut pixels = vec![0; usize::from(width) * usize::from(height) * channels];
        random.fill(&mut pixels);
        for sampling in [SamplingFactor::F_1_2, SamplingFactor::F_2_2, SamplingFactor::F_4_1] {
            for (restart_interval, is_progressive) in [(0, false), (3, false), (3, true)] {
                let mut file = Vec::new();
                let mut encoder = Encoder::new(&mut file, 60);
                encoder.set_sampling_factor(sampling);
                encoder.set_restart_interval(restart_interval);
                encoder.set_progressive(is_progressive);
                encoder.encode(&pixels, width, height, color).unwrap();
                let kind = if is_progressive { "progressive" } else { "baseline" };
                files.push((
                    format!("{kind} {color:?} {sampling:?} {width}×{height}, restart {restart_interval}"),
                    file,
                ));
            }
        }
    }
    files
}

/// Where the data of each scan begins and ends.
fn scans(jpeg: &[u8]) -> Vec<Range<usize>> {
    let mut scans: Vec<Range<usize>> = Vec::new();
    for segment in segments(jpeg) {
        let behind = jpeg.len() - segment.rest.len();
        let before = behind - segment.content.len() - if segment.marker == END { 2 } else { 4 };
        if let Some(scan) = scans.last_mut().filter(|scan| scan.end == 0) {
            scan.end = before;
        }
        if segment.marker == PIXELS {
            scans.push(behind..0);
        }
    }
    scans
}

#[test]
fn a_whole_photo_is_whole() {
    for (width, height) in [(1, 1), (7, 3), (8, 8), (16, 40), (33, 65), (100, 1)] {
        for (name, jpeg) in generated(width, height) {
            assert!(is_whole(&jpeg), "{name}");
        }
    }
}

#[test]
fn missing_data_of_any_scan_is_found() {
    for (name, jpeg) in generated(130, 70) {
        let without = |hole: Range<usize>| [&jpeg[..hole.start], &jpeg[hole.end..]].concat();
        let scans = scans(&jpeg);
        for (i, scan) in scans.iter().enumerate() {
            let quarters = |count: usize| scan.start + scan.len() * count / 4;
            for quarter in 0..4 {
                let hole = quarters(quarter)..quarters(quarter + 1);
                assert!(!is_whole(&without(hole)), "{name}, scan {i}: quarter {quarter} is missing");
            }
            let is_restart = |at: &usize| jpeg[*at] == 0xff && matches!(jpeg[at + 1], 0xd0..=0xd7);
            for at in scan.clone().filter(is_restart) {
                assert!(!is_whole(&without(at..at + 2)), "{name}, scan {i}: the restart at {at} is missing");
            }
        }
        let last = &scans[scans.len() - 1];
        for cut in [last.start, last.start + last.len() / 2, last.end - 20] {
            assert!(!is_whole(&[&jpeg[..cut], &[0xff, END]].concat()), "{name} ends at {cut}");
        }
    }
}

/// As libjpeg writes it, in ten scans. The encoder of the other tests refines nothing.
#[test]
fn a_hole_in_a_scan_that_refines_others_is_found() {
    let jpeg = include_bytes!("refined.jpg");
    assert!(is_whole(jpeg));
    for scan in scans(jpeg).into_iter().filter(|scan| scan.len() > 100) {
        let half = scan.start + scan.len() / 2;
        for hole in [scan.start..half, half..scan.end] {
            assert!(!is_whole(&[&jpeg[..hole.start], &jpeg[hole.end..]].concat()), "{hole:?} is missing");
        }
    }
}

#[test]
fn no_damage_panics() {
    let mut random = fastrand::Rng::with_seed(3);
    let mut files: Vec<_> = generated(33, 65).into_iter().map(|(_, jpeg)| jpeg).collect();
    files.push(include_bytes!("refined.jpg").to_vec());
    for mut jpeg in files {
        for _ in 0..100 {
            let at = random.usize(..jpeg.len());
            let byte = std::mem::replace(&mut jpeg[at], random.u8(..));
            is_whole(&jpeg);
            if random.bool() {
                jpeg[at] = byte; // else the damages add up
            }
        }
    }
}
