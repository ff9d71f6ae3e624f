//! Driving peers whose downloads are functions.

use std::io;
use std::sync::Arc;

use photo::{Error, Phase};
use photo_tests::{Feed, Turn, in_threads};

use crate::load::samples::Samples;

/// A closed loop with a thread for each of `downloads`, which return their number of bytes.
pub(super) fn loop_in_threads<D>(samples: &Samples, downloads: impl Iterator<Item = D>)
where
    D: Fn() -> io::Result<usize> + Send,
{
    let work = downloads.map(|download| {
        move || {
            let mut next = samples.first();
            while let Some(turn) = next {
                record(samples, &turn, download());
                next = samples.next();
            }
        }
    });
    in_threads(work, || samples.begin());
}

pub(super) fn record(samples: &Samples, turn: &Turn, result: io::Result<usize>) {
    match result {
        Ok(bytes) => samples.arrived(turn, bytes),
        Err(error) => samples.done(turn, Err(translated(error))),
    }
}

/// Peers do not report their phase; the body is most of a download.
pub(super) fn translated(error: io::Error) -> Error {
    Error::Io { phase: Phase::Body, source: Arc::new(error) }
}
