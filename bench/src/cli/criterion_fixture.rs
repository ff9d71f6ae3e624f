//! What the criterion benches stand on: a server apart, this process away from it, and equal work proved first.

use std::cell::RefCell;
use std::io;

use photo::{Error, Photo};
use photo_tests::{Downloader, Style};

use crate::load::client::config;
use crate::process::server::Server;
use crate::system::affinity::CorePlacement;
use crate::system::limits;

/// A server in a process of its own, on other cores than this process.
#[derive(Debug)]
pub struct CriterionFixture(RefCell<Server>);

/// What one piece of timed work has to be, for each style.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// How many photos it brings.
    pub downloads: usize,
    /// The size of each.
    pub bytes: u64,
    /// Over at most so many connections.
    pub in_flight: usize,
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

    /// Where there is a photo of this size.
    pub fn photo_url(&self, bytes: u64) -> String {
        self.0.borrow().photo_url(bytes, 0)
    }

    /// A client with warm connections, for which one `piece` of work has been just that.
    ///
    /// # Panics
    ///
    /// If it was anything else: then there is nothing to compare.
    pub fn proven_client(
        &self,
        contender: Style,
        work: Work,
        piece: impl Fn(&dyn Downloader) -> Vec<Result<Photo, Error>>,
    ) -> Box<dyn Downloader> {
        let client = contender.client(config(work.in_flight)).expect("the configuration works");
        let mut server = self.0.borrow_mut();
        let mut counters = || server.counters().expect("the server answers");
        let start = counters();
        piece(&*client);
        let warm = counters();
        let results = piece(&*client);
        let done = counters();

        if let Some(error) = results.iter().find_map(|result| result.as_ref().err()) {
            panic!("{contender}: {error}");
        }
        let bytes: usize = results.iter().flatten().map(|photo| photo.bytes.len()).sum();
        assert_eq!(results.len(), work.downloads, "{contender}: photos");
        assert_eq!(bytes as u64, work.downloads as u64 * work.bytes, "{contender}: bytes of photos");
        assert_eq!(done.requests - warm.requests, work.downloads as u64, "{contender}: requests");
        let connections = done.connections - start.connections;
        assert!(connections <= work.in_flight as u64, "{contender}: {connections} connections");
        client
    }
}
