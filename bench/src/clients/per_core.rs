//! A style of one thread on several cores: a thread for each core, each with its own client and its own loop.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use photo::Config;
use photo_tests::{Feed, Style};

use crate::load::client::LoadClient;
use crate::load::samples::Samples;

/// The threads of a client. They end when it is dropped.
pub(crate) struct PerCore(Vec<Sender<Work>>);

/// The downloads of one thread.
struct Work {
    urls: Vec<String>,
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
    /// If a client cannot be made, or the system refuses a thread.
    pub(crate) fn new(style: Style, config: &Config, cores: usize) -> io::Result<Self> {
        let start = |core| {
            let ((sender, work), (started, is_started)) = (mpsc::channel(), mpsc::channel());
            let config = config.clone();
            let thread = thread::Builder::new().name(format!("{style}-{core}"));
            thread.spawn(move || serve(style, config, &work, &started))?;
            match is_started.recv() {
                Ok(result) => result.map(|()| sender).map_err(io::Error::other),
                Err(_) => Err(io::Error::other("a client's thread has ended")),
            }
        };
        (0..cores).map(start).collect::<io::Result<_>>().map(Self)
    }
}

/// Makes the client in its own thread, because a client of the callbacks cannot leave it; then works until no more comes.
fn serve(style: Style, config: Config, work: &Receiver<Work>, started: &Sender<Result<(), photo::Error>>) {
    let client = match style.client(config) {
        Ok(client) => client,
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    let _ = started.send(Ok(()));
    for Work { urls, in_flight, feed, done } in work {
        client.drive(&urls, in_flight, feed);
        drop(done);
    }
}

impl LoadClient for PerCore {
    fn closed_loop(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        self.spread_loop(&[url.to_owned()], in_flight, samples)
    }

    /// Deals out the downloads in flight like cards, first over the threads and then over the servers. So each server
    /// has the same share as with a single thread.
    fn spread_loop(&mut self, urls: &[String], in_flight: usize, samples: &Samples) -> io::Result<()> {
        let Self(threads) = self;
        let (done, is_done) = mpsc::channel();
        for (first, thread) in threads.iter().enumerate().take(in_flight) {
            let url = |card: usize| urls[(first + card * threads.len()) % urls.len()].clone();
            let work = Work {
                urls: (0..urls.len()).map(url).collect(),
                in_flight: (in_flight - first).div_ceil(threads.len()),
                feed: samples.feed(),
                done: done.clone(),
            };
            thread.send(work).map_err(|_| io::Error::other("a client's thread has ended"))?;
        }
        drop(done);
        // It is closed when the last thread has done its work.
        let _ = is_done.recv();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use photo_server::PhotoServer;

    use super::*;

    #[test]
    fn each_server_has_its_share_of_the_connections() {
        let servers = [(); 2].map(|()| PhotoServer::start().unwrap());
        let urls: Vec<_> = servers.iter().map(|server| server.url("/photo?bytes=3000")).collect();
        for style in [Style::Callbacks, Style::Smol] {
            servers.iter().for_each(PhotoServer::reset_counters);
            let mut client = PerCore::new(style, &Config::default(), 3).unwrap();
            for _ in 0..2 {
                let samples = Samples::new(90);
                client.spread_loop(&urls, 8, &samples).unwrap();
                let sample = samples.sample();
                assert_eq!((sample.latencies.len(), sample.bytes), (90, 90 * 3000), "{style}");
            }
            let connections: u64 = servers.iter().map(|server| server.counters().connections).sum();
            assert!(connections <= 8, "{style}: {connections}");
        }
    }
}
