//! A style of one thread on several cores: a thread for each core, each with its own client and its own loop.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use photo::Config;
use photo_tests::{Feed, Style};

use crate::load::client::LoadClient;
use crate::load::samples::Samples;

/// The threads of a client. They end when it is dropped.
pub(crate) struct PerCore(Vec<Sender<Work>>);

/// The downloads of one thread.
struct Work {
    url: String,
    in_flight: usize,
    feed: Arc<dyn Feed>,
    /// Receives nothing; it is closed when the work is done.
    done: Sender<()>,
}

impl PerCore {
    /// Starts as many threads as there are cores, each with a client of `style`.
    ///
    /// # Errors
    ///
    /// If the system refuses a thread.
    pub(crate) fn new(style: Style, config: &Config, cores: usize) -> io::Result<Self> {
        let (making, is_made) = mpsc::channel::<()>();
        let start = |core| {
            let (sender, work) = mpsc::channel();
            let (config, making) = (config.clone(), making.clone());
            thread::Builder::new().name(format!("{style}-{core}")).spawn(move || {
                // Made in its own thread, because a client of the callbacks cannot leave it.
                let client = style.client(config).expect("the configuration works");
                drop(making);
                for Work { url, in_flight, feed, done } in work {
                    client.drive(&url, in_flight, feed);
                    drop(done);
                }
            })?;
            Ok(sender)
        };
        let threads = (0..cores).map(start).collect::<io::Result<_>>()?;
        drop(making);
        // The channel closes when the last client is made.
        let _ = is_made.recv();
        Ok(Self(threads))
    }
}

impl LoadClient for PerCore {
    fn download_all(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let Self(threads) = self;
        let (done, is_done) = mpsc::channel();
        for (index, thread) in threads.iter().enumerate().take(in_flight) {
            let work = Work {
                url: url.to_owned(),
                in_flight: (in_flight - index).div_ceil(threads.len()),
                feed: samples.feed(),
                done: done.clone(),
            };
            thread.send(work).map_err(|_| io::Error::other("a client's thread has ended"))?;
        }
        drop(done);
        // The channel closes when the last thread has ended.
        let _ = is_done.recv();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use photo_server::PhotoServer;

    use super::*;

    #[test]
    fn the_threads_share_out_what_is_in_flight() {
        let server = PhotoServer::start().unwrap();
        for style in [Style::Callbacks, Style::Smol] {
            server.reset_counters();
            let before = server.counters();
            let mut client = PerCore::new(style, &Config::default(), 3).unwrap();
            for _ in 0..2 {
                let samples = Samples::new(90);
                client.download_all(&server.url("/photo?bytes=3000&delay_ms=1"), 8, &samples).unwrap();
                let sample = samples.sample();
                assert_eq!((sample.latencies.len(), sample.bytes), (90, 90 * 3000), "{style}");
            }
            let after = server.counters();
            assert_eq!(after.requests - before.requests, 180, "{style}");
            assert!(after.connections - before.connections <= 8 && after.max_open_requests <= 8, "{style}");
        }
    }
}
