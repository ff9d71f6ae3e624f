//! The blocking style, as the suite sees it.

use std::thread;
use std::time::Duration;

use photo::{Config, Error, Photo};
use photo_blocking::{CancelToken, Client, recipes};

use crate::{HandlePhoto, Samples, Style};

pub(crate) struct Blocking(Client);

impl Blocking {
    pub(crate) fn new(config: Config) -> Result<Self, Error> {
        Client::new(config).map(Self)
    }
}

impl Style for Blocking {
    fn download(&self, url: &str) -> Result<Photo, Error> {
        self.0.download(url)
    }

    fn many(&self, urls: &[String], in_flight: usize) -> Vec<Result<Photo, Error>> {
        recipes::many(&self.0, urls, in_flight)
    }

    fn one(&self, url: &str, started: Box<dyn FnOnce() + Send>, handle_photo: HandlePhoto) {
        recipes::one(&self.0, url, started, handle_photo);
    }

    fn cancel(&self, url: &str, after: Duration) -> Result<Photo, Error> {
        let token = CancelToken::new();
        thread::scope(|scope| {
            let download = scope.spawn(|| self.0.download_with(url, &token));
            thread::sleep(after);
            token.cancel();
            download.join().expect("a download does not panic")
        })
    }

    fn closed_loop(&self, url: &str, in_flight: usize, samples: &Samples) {
        thread::scope(|scope| {
            for _ in 0..in_flight {
                scope.spawn(|| {
                    while let Some(ticket) = samples.start() {
                        samples.done(&ticket, self.0.download(url));
                    }
                });
            }
        });
    }
}
