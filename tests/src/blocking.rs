//! The blocking style, as the suite sees it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use photo::{Backoff, Config, Error, Photo, SaveError, Thumbnail, ThumbnailError};
use photo_blocking::{Client, recipes};

use crate::{Adapter, Downloader, Feed, HandlePhoto, OnEach, OnProgress, WaitObserver, threads};

struct Blocking(Client);

pub(crate) fn new(config: Config) -> Result<Box<dyn Adapter>, Error> {
    Ok(Box::new(Blocking(Client::new(config)?)))
}

impl Downloader for Blocking {
    fn download(&self, url: &str) -> Result<Photo, Error> {
        self.0.download(url)
    }

    fn many(&self, urls: &[String], in_flight: usize) -> Vec<Result<Photo, Error>> {
        recipes::many(&self.0, urls, in_flight)
    }

    fn drive(&self, url: &str, in_flight: usize, feed: Arc<dyn Feed>) {
        threads::drive(|| self.0.download(url), in_flight, &*feed);
    }
}

impl Adapter for Blocking {
    fn one(&self, url: &str, started: Box<dyn FnOnce() + Send>, handle_photo: HandlePhoto) {
        recipes::one(&self.0, url, started, handle_photo);
    }

    fn album(&self, url: &str, in_flight: usize) -> Result<Vec<Result<Photo, Error>>, Error> {
        recipes::album(&self.0, url, in_flight)
    }

    fn cancel(&self, url: &str, patience: Duration) -> Result<Photo, Error> {
        thread::scope(|scope| {
            let mut handle = None;
            let result = recipes::cancel(&self.0, url, |token| {
                let user = handle.insert(token).clone();
                scope.spawn(move || {
                    user.wait(patience);
                    user.cancel();
                });
            });
            handle.expect("the user has got it").cancel(); // the user does not wait once the photo is there
            result
        })
    }

    fn deadline(&self, urls: &[String], in_flight: usize, budget: Duration) -> Vec<Result<Photo, Error>> {
        recipes::deadline(&self.0, urls, in_flight, budget)
    }

    fn race(&self, urls: &[String]) -> Result<Photo, Error> {
        recipes::race(&self.0, urls)
    }

    fn stream(&self, urls: &[String], in_flight: usize, mut on_each: OnEach) {
        for (index, result) in recipes::stream(&self.0, urls, in_flight, Client::download) {
            on_each(index, result);
        }
    }

    fn progress(&self, url: &str, on_progress: OnProgress) -> Result<Photo, Error> {
        recipes::progress(&self.0, url, on_progress)
    }

    fn retry(&self, url: &str, backoff: Backoff) -> Result<Photo, Error> {
        recipes::retry(&self.0, url, backoff, Client::download)
    }

    fn save(&self, url: &str, folder: &Path) -> Result<PathBuf, SaveError> {
        recipes::save(&self.0, url, folder, Client::download)
    }

    fn thumbnail(&self, url: &str, max_side: u32) -> Result<Thumbnail, ThumbnailError> {
        recipes::thumbnail(&self.0, url, max_side)
    }

    fn thumbnail_meanwhile(
        &self,
        url: &str,
        max_side: u32,
        other: &str,
    ) -> (Result<Thumbnail, ThumbnailError>, usize) {
        thread::scope(|scope| {
            let thumbnail = scope.spawn(|| recipes::thumbnail(&self.0, url, max_side));
            let mut others = 0;
            while !thumbnail.is_finished() {
                others += usize::from(self.0.download(other).is_ok());
            }
            (thumbnail.join().expect("a thumbnail does not panic"), others)
        })
    }

    fn waits(&self, count: usize, until: Instant, observer: Arc<dyn WaitObserver>) {
        thread::scope(|scope| {
            for _ in 0..count {
                scope.spawn(|| {
                    observer.pending();
                    thread::sleep(until.saturating_duration_since(Instant::now()));
                    observer.ended();
                });
            }
        });
    }
}
