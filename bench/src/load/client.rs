//! A client that can be put under load, and how each of them is configured.

use std::io;
use std::time::Duration;

use photo::Config;
use photo_tests::Downloader;

use crate::load::arrivals::Arrivals;
use crate::load::samples::Samples;

/// How long one download may take. A slow client still ends within this time; a hung one is detected.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A client that can be put under load.
pub(crate) trait LoadClient {
    /// Keeps `in_flight` downloads of `url` under way until `samples` has all it wants.
    ///
    /// # Errors
    ///
    /// If it cannot be done at all; a download that fails is recorded in `samples`.
    fn closed_loop(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()>;

    /// Downloads `url` when `arrivals` says, at most `in_flight` at once.
    ///
    /// # Errors
    ///
    /// The default returns an error: most peers support closed loops only.
    fn open_loop(&mut self, _url: &str, _in_flight: usize, _arrivals: &Arrivals) -> io::Result<()> {
        Err(io::Error::other("is measured in closed loops only"))
    }
}

/// The same for every style: so many connections are kept, as a rule one for each download in flight.
pub(crate) fn config(kept: usize) -> Config {
    Config::default()
        .max_idle_per_host(kept)
        .timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .stall_timeout(PATIENCE)
}

impl LoadClient for Box<dyn Downloader> {
    fn closed_loop(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        self.drive(url, in_flight, samples.feed());
        Ok(())
    }

    fn open_loop(&mut self, url: &str, in_flight: usize, arrivals: &Arrivals) -> io::Result<()> {
        self.drive(url, in_flight, arrivals.feed());
        Ok(())
    }
}
