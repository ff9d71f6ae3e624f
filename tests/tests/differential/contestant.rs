//! A style that waits in its own thread for URLs to download.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use photo::{Config, Error, Photo};
use photo_tests::Style;

/// Far longer than any timeout of the client.
const PATIENCE: Duration = Duration::from_mins(1);

/// A client of some style, made and used in one thread, because not every client is `Send`.
pub(crate) struct Contestant {
    pub(crate) style: Style,
    start: Sender<()>,
    results: Receiver<Result<Photo, Error>>,
}

impl Contestant {
    /// Starts a thread that downloads `url` on each request; it ends when this is dropped.
    pub(crate) fn start(style: Style, config: &Config, url: String) -> Self {
        let (start, started) = mpsc::channel();
        let (report, results) = mpsc::channel();
        let config = config.clone();
        thread::spawn(move || {
            let client = style.client(config).expect("the configuration is valid");
            while let Ok(()) = started.recv() {
                if report.send(client.download(&url)).is_err() {
                    break; // a failed test waits no longer
                }
            }
        });
        Self { style, start, results }
    }

    pub(crate) fn start_download(&self) {
        self.start.send(()).expect("its thread is there");
    }

    /// Waits for the result.
    pub(crate) fn result(&self) -> Result<Photo, Error> {
        self.results.recv_timeout(PATIENCE).expect("a download neither panics nor hangs")
    }
}
