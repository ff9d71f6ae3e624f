//! The definition of a style: the adapter through which the suite and the benchmark see every style.
//!
//! The style crates do not know each other and share no trait; each is idiomatic for its way of waiting. This crate
//! wraps each in a thin [`Adapter`], so that one suite tests them all. Every method is one outer call, inside which
//! the style waits in its own way.

#![expect(clippy::missing_errors_doc, reason = "the errors are those of the style")]
#![expect(clippy::missing_panics_doc, reason = "a helper fails a test by a panic")]

mod black_hole;
mod blocking;
mod callbacks;
mod child;
mod feed;
mod futures;
mod outcome;
mod serve;
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
pub use child::{Remote, child, in_a_child, in_a_child_by, is_installed, this_program};
pub use feed::{Feed, Turn, WaitObserver};
pub use outcome::Outcome;
pub use serve::serve_once;
pub use site::{Picture, Scheme, Site, encoded, refusing};
pub use style::Style;
pub use suite::{eventually, takes, within, within_time};
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

/// A client of any style, as the benchmark uses it.
pub trait Downloader {
    /// Downloads one photo.
    fn download(&self, url: &str) -> Result<Photo, Error>;

    /// The recipe `many`: at most `in_flight` at once, results in the order of `urls`.
    fn many(&self, urls: &[String], in_flight: usize) -> Vec<Result<Photo, Error>>;

    /// Downloads `url` in `in_flight` threads, chains of callbacks or tasks. Each takes one turn of `feed` after the
    /// other, and waits for its time by the style's own timer.
    fn drive(&self, url: &str, in_flight: usize, feed: Arc<dyn Feed>);
}

/// A client of a style, as the suite uses it: with every recipe.
pub trait Adapter: Downloader {
    /// The recipe `one`: reports the start of the download and then its result.
    fn one(&self, url: &str, started: Box<dyn FnOnce() + Send>, handle_photo: HandlePhoto);

    /// The recipe `album`: an index, then its photos, at most `in_flight` at once.
    fn album(&self, url: &str, in_flight: usize) -> Result<Vec<Result<Photo, Error>>, Error>;

    /// The recipe `cancel`: stops a download after `patience`, in the style's own way: by a token, by its handle, or
    /// by dropping the future.
    fn cancel(&self, url: &str, patience: Duration) -> Result<Photo, Error>;

    /// The recipe `deadline`: cancels the downloads that have not ended after `budget`.
    fn deadline(&self, urls: &[String], in_flight: usize, budget: Duration) -> Vec<Result<Photo, Error>>;

    /// The recipe `race`: the first good photo wins, the other downloads are cancelled. If all fail, it is the last error.
    fn race(&self, urls: &[String]) -> Result<Photo, Error>;

    /// The recipe `stream`: at most `in_flight` at once, with each result as soon as it arrives.
    fn stream(&self, urls: &[String], in_flight: usize, on_each: OnEach);

    /// The recipe `progress`: reports the bytes received, at most every 100 ms.
    fn progress(&self, url: &str, on_progress: OnProgress) -> Result<Photo, Error>;

    /// The recipe `retry`: tries again after transient errors, as `backoff` decides.
    fn retry(&self, url: &str, backoff: Backoff) -> Result<Photo, Error>;

    /// The recipe `save`: downloads into a folder, and returns the path.
    fn save(&self, url: &str, folder: &Path) -> Result<PathBuf, SaveError>;

    /// The recipe `thumbnail`: downloads and scales down.
    fn thumbnail(&self, url: &str, max_side: u32) -> Result<Thumbnail, ThumbnailError>;

    /// The recipe `thumbnail`, and meanwhile one download of `other` after another: returns how many of them
    /// succeeded.
    fn thumbnail_meanwhile(
        &self,
        url: &str,
        max_side: u32,
        other: &str,
    ) -> (Result<Thumbnail, ThumbnailError>, usize);

    /// Waits `count` times at once until `until`, without downloads: each wait is a thread, a timer's callback or a
    /// task.
    fn waits(&self, count: usize, until: Instant, observer: Arc<dyn WaitObserver>);
}

/// The callback for the photo, or the error, of the recipe `one`.
pub type HandlePhoto = Box<dyn FnOnce(Result<Photo, Error>) + Send>;

/// The callback for the progress of the recipe `progress`.
pub type OnProgress = Box<dyn FnMut(Progress) + Send>;

/// The callback for each result of the recipe `stream`, with its index among the URLs.
pub type OnEach = Box<dyn FnMut(usize, Result<Photo, Error>) + Send>;
