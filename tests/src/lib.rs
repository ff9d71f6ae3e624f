//! What it means to be a style: the adapter through which the suite and the benchmark see every contender.
//!
//! The style crates know nothing of each other and share no trait; each is idiomatic for its way of waiting. To ask
//! the same of all of them, this crate wraps each in an [`Adapter`], as thinly as it goes: every method is one outer
//! call, inside of which the style waits in its own way.

mod black_hole;
mod blocking;
mod callbacks;
mod child;
mod feed;
mod futures;
mod outcome;
mod replay;
mod site;
mod style;
mod suite;
mod threads;
mod ureq;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use photo::{Backoff, Error, Photo, Progress, SaveError, Thumbnail, ThumbnailError};

pub use black_hole::BlackHole;
pub use child::{Remote, in_a_child, in_a_child_by, this_program};
pub use feed::{Feed, Turn, WaitObserver};
pub use outcome::Outcome;
pub use replay::Replay;
pub use site::{Picture, Scheme, Site};
pub use style::Style;
pub use suite::{eventually, within, within_time};
pub use threads::in_threads;

/// The code of the documents is tested with the documentation.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../photo/README.md")]
    struct Photo;
    #[doc = include_str!("../../server/README.md")]
    struct Server;
    #[doc = include_str!("../../blocking/README.md")]
    struct Blocking;
    #[doc = include_str!("../../callbacks/README.md")]
    struct Callbacks;
    #[doc = include_str!("../../futures-impl/README.md")]
    struct Futures;
}

/// A client of any contender, as the benchmark uses it.
pub trait Downloader {
    /// Downloads one photo.
    ///
    /// # Errors
    ///
    /// Those of the download.
    fn download(&self, url: &str) -> Result<Photo, Error>;

    /// The recipe `many`: at most `in_flight` at once, results in the order of `urls`.
    fn many(&self, urls: &[String], in_flight: usize) -> Vec<Result<Photo, Error>>;

    /// Downloads `url` in `in_flight` threads, chains of callbacks or tasks. Each takes one turn of `feed` after the
    /// other, and waits for its time by the style's own timer.
    fn drive(&self, url: &str, in_flight: usize, feed: Arc<dyn Feed>);
}

/// A client of a style, as the suite uses it: with every recipe.
pub trait Adapter: Downloader {
    /// The recipe `one`: tells when the download has been started and what became of it.
    fn one(&self, url: &str, started: Box<dyn FnOnce() + Send>, handle_photo: HandlePhoto);

    /// The recipe `album`: an index, then its photos, at most `in_flight` at once.
    ///
    /// # Errors
    ///
    /// Those of the index.
    fn album(&self, url: &str, in_flight: usize) -> Result<Vec<Result<Photo, Error>>, Error>;

    /// The recipe `cancel`: a download that is stopped when `patience` is over, in the style's own way: by a token,
    /// by its handle, by dropping the future.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`], unless the download had ended before.
    fn cancel(&self, url: &str, patience: Duration) -> Result<Photo, Error>;

    /// The recipe `deadline`: what has not ended when the `budget` is over is cancelled.
    fn deadline(&self, urls: &[String], in_flight: usize, budget: Duration) -> Vec<Result<Photo, Error>>;

    /// The recipe `race`: the first good photo wins, the other downloads are cancelled.
    ///
    /// # Errors
    ///
    /// The last one, if all fail.
    fn race(&self, urls: &[String]) -> Result<Photo, Error>;

    /// The recipe `stream`: at most `in_flight` at once, each result handed over as soon as it is there.
    fn stream(&self, urls: &[String], in_flight: usize, on_each: OnEach);

    /// The recipe `progress`: tells, not too often, how much of the photo has come.
    ///
    /// # Errors
    ///
    /// Those of the download.
    fn progress(&self, url: &str, on_progress: OnProgress) -> Result<Photo, Error>;

    /// The recipe `retry`: tries again after transient errors, as `backoff` says.
    ///
    /// # Errors
    ///
    /// That of the last attempt.
    fn retry(&self, url: &str, backoff: Backoff) -> Result<Photo, Error>;

    /// The recipe `save`: downloads into a folder, and tells the path.
    ///
    /// # Errors
    ///
    /// Those of the download and of the file.
    fn save(&self, url: &str, folder: &Path) -> Result<PathBuf, SaveError>;

    /// The recipe `thumbnail`: downloads and scales down.
    ///
    /// # Errors
    ///
    /// Those of the download and of the decoding.
    fn thumbnail(&self, url: &str, max_side: u32) -> Result<Thumbnail, ThumbnailError>;

    /// The recipe `thumbnail`, and beside it one download of `other` after the other until it is done: tells how many
    /// of those brought their photo.
    fn thumbnail_beside(
        &self,
        url: &str,
        max_side: u32,
        other: &str,
    ) -> (Result<Thumbnail, ThumbnailError>, usize);

    /// Waits `count` times at once until `until`, and downloads nothing: a thread, a timer's callback or a task each.
    fn waits(&self, count: usize, until: Instant, observer: Arc<dyn WaitObserver>);
}

/// What is called with the photo, or the error, of the recipe `one`.
pub type HandlePhoto = Box<dyn FnOnce(Result<Photo, Error>) + Send>;

/// What is called with the progress of the recipe `progress`.
pub type OnProgress = Box<dyn FnMut(Progress) + Send>;

/// What is called with each result of the recipe `stream` and its place among the URLs.
pub type OnEach = Box<dyn FnMut(usize, Result<Photo, Error>) + Send>;
