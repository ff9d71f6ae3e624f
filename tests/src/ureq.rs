//! ureq, as the suite sees it.

use std::sync::Arc;

use photo::{Config, Error, Photo};
use photo_blocking::ureq::Client;
use photo_blocking::{Client as Blocking, recipes};

use crate::{Downloader, Feed, threads};

struct Ureq {
    client: Client,
    /// The recipe needs one; it downloads nothing.
    blocking: Blocking,
}

pub(crate) fn new(config: Config) -> Result<Box<dyn Downloader>, Error> {
    Ok(Box::new(Ureq { client: Client::new(config.clone())?, blocking: Blocking::new(config)? }))
}

impl Downloader for Ureq {
    fn download(&self, url: &str) -> Result<Photo, Error> {
        self.client.download(url)
    }

    fn many(&self, urls: &[String], in_flight: usize) -> Vec<Result<Photo, Error>> {
        let client = self.client.clone();
        let work = move |_: &Blocking, url: &str| client.download(url);
        let mut results: Vec<_> = recipes::stream(&self.blocking, urls, in_flight, work).collect();
        results.sort_by_key(|(index, _)| *index);
        results.into_iter().map(|(index, result)| result.map_err(|error| error.of(&urls[index], 1))).collect()
    }

    fn drive(&self, url: &str, in_flight: usize, feed: Arc<dyn Feed>) {
        threads::drive(|| self.client.download(url), in_flight, &*feed);
    }
}
