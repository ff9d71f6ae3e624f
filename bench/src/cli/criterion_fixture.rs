//! The fixture of the criterion benches: a separate server, this process on other cores, and proof of equal work.

use std::cell::RefCell;
use std::io;
use std::time::Duration;

use photo::Error;
use photo_tests::{Downloader, Style};

use crate::load::client::config;
use crate::load::samples::Samples;
use crate::process::server::Server;
use crate::system::limits;
use crate::system::placement::CorePlacement;

/// A server in a child process, on other cores than this process.
#[derive(Debug)]
pub struct CriterionFixture(RefCell<Server>);

/// The work of one timed iteration, equal for each style.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// The number of photos.
    pub downloads: usize,
    /// The size of each.
    pub bytes: u64,
    /// Over at most so many connections.
    pub in_flight: usize,
}

/// A batch of downloads that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// The time from the start of the first download to the end of the last one.
    pub wall: Duration,
    /// Bytes of all photos.
    pub bytes: u64,
}

/// Downloads one batch; threads are started before the time that it takes, and end after it.
///
/// # Errors
///
/// The first error of a download.
pub fn timed_batch(client: &dyn Downloader, url: &str, work: Work) -> Result<Batch, Error> {
    let samples = Samples::new(work.downloads);
    client.drive(url, work.in_flight, samples.feed());
    let wall = samples.spent().wall;
    let sample = samples.sample();
    match sample.errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(Batch { wall, bytes: sample.bytes }),
    }
}

impl CriterionFixture {
    /// Starts the server, and moves this process out of its way.
    ///
    /// # Errors
    ///
    /// If the server cannot be started.
    pub fn open() -> io::Result<Self> {
        limits::raise_open_files();
        let placement = CorePlacement::of_this_process();
        let server = Server::start(&placement.server)?;
        placement.client.pin_this_process();
        Ok(Self(RefCell::new(server)))
    }

    /// The URL of a photo of this size.
    pub fn photo_url(&self, bytes: u64) -> String {
        self.0.borrow().url(&format!("/photo?bytes={bytes}"), false)
    }

    /// A client with warm connections, for which one `piece` of work was exactly that; it returns the bytes of its photos.
    ///
    /// # Panics
    ///
    /// If it was anything else: then there is nothing to compare.
    pub fn proven_client(
        &self,
        style: Style,
        work: Work,
        piece: impl Fn(&dyn Downloader) -> Result<u64, Error>,
    ) -> Box<dyn Downloader> {
        let client = style.client(config(work.in_flight)).expect("the configuration works");
        let mut server = self.0.borrow_mut();
        let mut counters = || server.counters().expect("the server answers");
        let start = counters();
        let piece = || piece(&*client).unwrap_or_else(|error| panic!("{style}: {error}"));
        piece();
        let warm = counters();
        let bytes = piece();
        let done = counters();

        assert_eq!(bytes, work.downloads as u64 * work.bytes, "{style}: bytes of photos");
        assert_eq!(done.requests - warm.requests, work.downloads as u64, "{style}: requests");
        let connections = done.connections - start.connections;
        assert!(connections <= work.in_flight as u64, "{style}: {connections} connections");
        client
    }
}
