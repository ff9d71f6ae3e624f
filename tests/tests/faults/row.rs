//! A fault, and the end of a download that meets it.

use std::fmt;
use std::time::Duration;

use photo::{Config, Error, Photo};
use photo_server::{Fault, PictureFormat};
use photo_tests::{Outcome, Picture, Scheme, Site, Style, encoded};

/// The photo that the faults are about; half of a GIF still has its signature.
pub(crate) const PICTURE: Picture = Picture { format: PictureFormat::Gif, bytes: 40_000, seed: 5 };

/// Rows that belong together.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// A fault, and the end of a download that meets it.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) way: Way,
    pub(crate) ending: Ending,
    /// The ending over TLS, if it differs.
    pub(crate) ending_by_tls: Ending,
    pub(crate) limits: fn(Config) -> Config,
    /// The pause before the next download.
    pub(crate) afterwards: Duration,
}

/// The way in which a download meets the fault.
pub(crate) enum Way {
    /// A path of the server, with and without TLS, on a fresh and on a kept connection.
    Path(String),
    /// A function whose download fails before a connection exists.
    Door(Box<Enter>),
}

type Enter = dyn Fn(&Site, Style) -> Result<Photo, Error> + Sync;

/// The end of a download.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The photo [`PICTURE`].
    Photo,
    /// The declared half of the photo, which no client can know to be a part.
    FirstHalf,
    /// An error.
    Fails(Outcome),
}

impl Row {
    /// A fault of the server with its own parameters.
    pub(crate) fn fault(fault: Fault, parameters: &str, ending: Ending) -> Self {
        let name = format!("`{}?{parameters}`", fault.name());
        // Its own parameters come first: the server takes the first one of a name.
        let path = format!("{}?{parameters}&{}", fault.path(), PICTURE.query());
        Self::new(name.replace("?`", "`"), Way::Path(path), ending)
    }

    /// A reply byte for byte, and then the end of the connection.
    pub(crate) fn reply(name: &str, reply: &str, ending: Ending) -> Self {
        Self::reply_and(name, reply, "end=close", ending)
    }

    /// A reply byte for byte, and the way in which it is sent.
    pub(crate) fn reply_and(name: &str, reply: &str, how: &str, ending: Ending) -> Self {
        let path = format!("{}?{how}&{}&reply={}", Fault::Raw.path(), PICTURE.query(), encoded(reply));
        Self::new(name.to_owned(), Way::Path(path), ending)
    }

    /// A reply byte for byte, after which the server keeps the connection.
    pub(crate) fn kept(name: &str, reply: &str, ending: Ending) -> Self {
        Self::reply_and(name, reply, "end=keep", ending)
    }

    pub(crate) fn door(
        name: &str,
        enter: impl Fn(&Site, Style) -> Result<Photo, Error> + Sync + 'static,
        ending: Ending,
    ) -> Self {
        Self::new(name.to_owned(), Way::Door(Box::new(enter)), ending)
    }

    fn new(name: String, way: Way, ending: Ending) -> Self {
        let (limits, afterwards): (fn(Config) -> Config, _) = (|config| config, Duration::ZERO);
        Self { name, way, ending, ending_by_tls: ending, limits, afterwards }
    }

    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    pub(crate) fn fails(self, outcome: Outcome) -> Self {
        let ending = Ending::Fails(outcome);
        Self { ending, ending_by_tls: ending, ..self }
    }

    pub(crate) fn by_tls(self, ending_by_tls: Ending) -> Self {
        Self { ending_by_tls, ..self }
    }

    pub(crate) fn limits(self, limits: fn(Config) -> Config) -> Self {
        Self { limits, ..self }
    }

    pub(crate) fn afterwards(self, afterwards: Duration) -> Self {
        Self { afterwards, ..self }
    }

    pub(crate) fn ending(&self, scheme: Scheme) -> Ending {
        match scheme {
            Scheme::Http => self.ending,
            Scheme::Https => self.ending_by_tls,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Photo => f.write_str("the photo"),
            Self::FirstHalf => f.write_str("as much as declared"),
            Self::Fails(outcome) => outcome.fmt(f),
        }
    }
}
