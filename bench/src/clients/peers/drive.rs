//! How peers are driven whose downloads are functions.

use std::io;
use std::sync::Arc;

use photo::{Error, Phase};
use photo_tests::{Samples, Ticket, in_threads};

/// A closed loop with a thread for each of `downloads`, which tell how many bytes they have brought.
pub(super) fn loop_in_threads<D>(samples: &Samples, downloads: impl Iterator<Item = D>)
where
    D: Fn() -> io::Result<usize> + Send,
{
    let work = downloads.map(|download| {
        move || {
            let mut next = samples.first();
            while let Some(ticket) = next {
                record(samples, &ticket, download());
                next = samples.start();
            }
        }
    });
    in_threads(work, || samples.begin());
}

pub(super) fn record(samples: &Samples, ticket: &Ticket, result: io::Result<usize>) {
    match result {
        Ok(bytes) => samples.arrived(ticket, bytes),
        Err(error) => samples.done(ticket, Err(translated(error))),
    }
}

/// Peers do not tell what they were waiting for; the body is the most of it.
pub(super) fn translated(error: io::Error) -> Error {
    Error::Io { phase: Phase::Body, source: Arc::new(error) }
}
