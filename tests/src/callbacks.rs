//! The callback style, as the suite sees it.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use photo::{Backoff, Config, Error, Photo, SaveError, Thumbnail, ThumbnailError};
use photo_callbacks::recipes::Done;
use photo_callbacks::{CancelToken, Client, Timer, recipes};

use crate::{Adapter, Downloader, Feed, HandlePhoto, OnEach, OnProgress, Turn, WaitObserver};

struct Callbacks(Client);

pub(crate) fn new(config: Config) -> Result<Box<dyn Adapter>, Error> {
    Ok(Box::new(Callbacks(Client::new(config)?)))
}

impl Callbacks {
    /// Turns the loop until nothing is pending: by then the callback of `start` has been called.
    fn wait_for<T: 'static>(&self, start: impl FnOnce(Box<dyn FnOnce(T)>)) -> T {
        let slot = Rc::new(Cell::new(None));
        let filled = Rc::clone(&slot);
        start(Box::new(move |value| filled.set(Some(value))));
        self.0.run();
        slot.take().expect("run() returns when every callback has been called")
    }
}

impl Downloader for Callbacks {
    fn download(&self, url: &str) -> Result<Photo, Error> {
        self.wait_for(|on_complete| {
            self.0.download(url, on_complete);
        })
    }

    fn many(&self, urls: &[String], in_flight: usize) -> Vec<Result<Photo, Error>> {
        self.wait_for(|on_complete| recipes::many(&self.0, urls, in_flight, on_complete))
    }

    fn drive(&self, url: &str, in_flight: usize, feed: Arc<dyn Feed>) {
        let url: Rc<str> = url.into();
        for turn in (0..in_flight).map_while(|_| feed.first()) {
            take(turn, self.0.clone(), Rc::clone(&url), Arc::clone(&feed));
        }
        self.0.run();
    }
}

impl Adapter for Callbacks {
    fn one(&self, url: &str, started: Box<dyn FnOnce() + Send>, handle_photo: HandlePhoto) {
        recipes::one(&self.0, url, started, handle_photo);
        self.0.run();
    }

    fn album(&self, url: &str, in_flight: usize) -> Result<Vec<Result<Photo, Error>>, Error> {
        self.wait_for(|on_complete| recipes::album(&self.0, url, in_flight, on_complete))
    }

    fn cancel(&self, url: &str, patience: Duration) -> Result<Photo, Error> {
        self.wait_for(|on_complete| {
            let user = Rc::new(Cell::new(None));
            let give_to_user = |handle: CancelToken| {
                user.set(Some(self.0.after(patience, move || handle.cancel())));
            };
            let user = Rc::clone(&user);
            recipes::cancel(&self.0, url, give_to_user, move |result| {
                user.take().inspect(Timer::cancel);
                on_complete(result);
            });
        })
    }

    fn deadline(&self, urls: &[String], in_flight: usize, budget: Duration) -> Vec<Result<Photo, Error>> {
        self.wait_for(|on_complete| recipes::deadline(&self.0, urls, in_flight, budget, on_complete))
    }

    fn race(&self, urls: &[String]) -> Result<Photo, Error> {
        self.wait_for(|on_complete| recipes::race(&self.0, urls, on_complete))
    }

    fn stream(&self, urls: &[String], in_flight: usize, on_each: OnEach) {
        self.wait_for(|on_complete| {
            recipes::stream(&self.0, urls, in_flight, download, on_each, || on_complete(()));
        });
    }

    fn progress(&self, url: &str, on_progress: OnProgress) -> Result<Photo, Error> {
        self.wait_for(|on_complete| recipes::progress(&self.0, url, on_progress, on_complete))
    }

    fn retry(&self, url: &str, backoff: Backoff) -> Result<Photo, Error> {
        self.wait_for(|on_complete| recipes::retry(&self.0, url, backoff, download, on_complete))
    }

    fn save(&self, url: &str, folder: &Path) -> Result<PathBuf, SaveError> {
        self.wait_for(|on_complete| recipes::save(&self.0, url, folder, download, on_complete))
    }

    fn thumbnail(&self, url: &str, max_side: u32) -> Result<Thumbnail, ThumbnailError> {
        self.wait_for(|on_complete| recipes::thumbnail(&self.0, url, max_side, on_complete))
    }

    fn thumbnail_meanwhile(
        &self,
        url: &str,
        max_side: u32,
        other: &str,
    ) -> (Result<Thumbnail, ThumbnailError>, usize) {
        let others = Rc::new(Others::default());
        let thumbnail = self.wait_for(|on_complete| {
            download_others(self.0.clone(), other.into(), Rc::clone(&others));
            let others = Rc::clone(&others);
            recipes::thumbnail(&self.0, url, max_side, move |thumbnail| {
                others.enough.set(true);
                on_complete(thumbnail);
            });
        });
        (thumbnail, others.count.get())
    }

    fn waits(&self, count: usize, until: Instant, observer: Arc<dyn WaitObserver>) {
        for _ in 0..count {
            let ended = Arc::clone(&observer);
            self.0.after(until.saturating_duration_since(Instant::now()), move || ended.ended());
            observer.pending();
        }
        self.0.run();
    }
}

/// A download as the work of a recipe.
fn download(client: &Client, url: &str, done: Done<Result<Photo, Error>>) {
    client.download(url, done);
}

/// Sets the timer for one turn, unless it starts now.
fn take(turn: Turn, client: Client, url: Rc<str>, feed: Arc<dyn Feed>) {
    match turn.wait() {
        Some(wait) => {
            client.clone().after(wait, move || start(turn, client, url, feed));
        }
        None => start(turn, client, url, feed),
    }
}

/// Starts the download of one turn; its callback takes the next turn.
fn start(mut turn: Turn, client: Client, url: Rc<str>, feed: Arc<dyn Feed>) {
    feed.start(&mut turn);
    client.clone().download(&Rc::clone(&url), move |result| {
        feed.done(&turn, result);
        if let Some(next) = feed.next() {
            take(next, client, url, feed);
        }
    });
}

/// Downloads next to other work.
#[derive(Default)]
struct Others {
    count: Cell<usize>,
    enough: Cell<bool>,
}

fn download_others(client: Client, url: Rc<str>, others: Rc<Others>) {
    client.clone().download(&Rc::clone(&url), move |result| {
        others.count.update(|count| count + usize::from(result.is_ok()));
        if !others.enough.get() {
            download_others(client, url, others);
        }
    });
}
