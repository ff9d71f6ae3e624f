//! A client that can be put under load, and how each of them is configured.

use std::io;
use std::time::Duration;

use photo::Config;
use photo_tests::Downloader;

use crate::load::samples::Samples;

/// Limit of one download. A slow client still ends within this time; a hung one is detected.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A client that can be put under load.
pub(crate) trait LoadClient {
    /// Downloads `url`, `in_flight` times at once, until `samples` has all it wants.
    ///
    /// # Errors
    ///
    /// If it cannot be done at all; a download that fails is recorded in `samples`.
    fn download_all(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()>;
}

/// The configuration of every style: `kept` idle connections, as a rule one for each download in flight.
pub(crate) fn config(kept: usize) -> Config {
    Config::default()
        .max_idle_per_host(kept)
        .timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .stall_timeout(PATIENCE)
}

impl LoadClient for Box<dyn Downloader> {
    fn download_all(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        self.drive(url, in_flight, samples.feed());
        Ok(())
    }
}
