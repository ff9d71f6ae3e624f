//! ureq, as the suite sees it.

use photo::{Config, Error, Photo};
use photo_blocking::ureq::Client;

use crate::{Arrivals, Downloader, Samples, threads};

pub(crate) struct Ureq(Client);

impl Ureq {
    pub(crate) fn new(config: Config) -> Result<Self, Error> {
        Client::new(config).map(Self)
    }
}

impl Downloader for Ureq {
    fn download(&self, url: &str) -> Result<Photo, Error> {
        self.0.download(url)
    }

    fn many(&self, urls: &[String], in_flight: usize) -> Vec<Result<Photo, Error>> {
        threads::many(|url| self.0.download(url), urls, in_flight)
    }

    fn closed_loop(&self, url: &str, in_flight: usize, samples: &Samples) {
        threads::closed_loop(|| self.0.download(url), in_flight, samples);
    }

    fn open_loop(&self, url: &str, in_flight: usize, arrivals: &Arrivals) {
        threads::open_loop(|| self.0.download(url), in_flight, arrivals);
    }
}
