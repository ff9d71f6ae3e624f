//! A fault, and how a download meets its end by it.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use photo::{Config, Error, Photo};
use photo_server::{Fault, PictureFormat};
use photo_tests::{Outcome, Picture, Scheme, Site, Style};

/// The photo that the faults are about; half of a GIF still has its signature.
pub(crate) const PICTURE: Picture = Picture { format: PictureFormat::Gif, bytes: 40_000, seed: 5 };

/// Rows that belong together.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// One fault, and how a download meets its end by it.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) way: Way,
    pub(crate) ending: Ending,
    /// Over TLS, where that makes a difference.
    pub(crate) ending_by_tls: Ending,
    pub(crate) limits: fn(Config) -> Config,
    /// Until the next download.
    pub(crate) afterwards: Duration,
}

/// How the fault is met.
pub(crate) enum Way {
    /// By asking the server for it, with and without TLS, on a fresh and on a kept connection.
    Path(String),
    /// Before there is a connection.
    Door(fn(&Site, Style) -> Result<Photo, Error>),
}

/// How a download ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With [`PICTURE`].
    Photo,
    /// With as much of it as was declared, and no way to know better.
    FirstHalf,
    /// With an error.
    Fails(Outcome),
}

impl Row {
    /// A fault of the server with its own parameters.
    pub(crate) fn fault(fault: Fault, parameters: &str, ending: Ending) -> Self {
        let name = format!("`{}?{parameters}`", fault.name());
        // Its own parameters first: the server takes the first one of a name.
        let path = format!("{}?{parameters}&{}", fault.path(), PICTURE.query());
        Self::new(name.replace("?`", "`"), Way::Path(path), ending)
    }

    /// A reply byte for byte, and then the end of the connection.
    pub(crate) fn reply(name: &str, reply: &str, ending: Ending) -> Self {
        Self::reply_and(name, reply, "end=close", ending)
    }

    /// A reply byte for byte, and how it is sent.
    pub(crate) fn reply_and(name: &str, reply: &str, how: &str, ending: Ending) -> Self {
        let reply = utf8_percent_encode(reply, NON_ALPHANUMERIC);
        let path = format!("{}?{how}&{}&reply={reply}", Fault::Raw.path(), PICTURE.query());
        Self::new(name.to_owned(), Way::Path(path), ending)
    }

    pub(crate) fn door(name: &str, enter: fn(&Site, Style) -> Result<Photo, Error>, ending: Ending) -> Self {
        Self::new(name.to_owned(), Way::Door(enter), ending)
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

impl Ending {
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Self::Photo | Self::FirstHalf => Outcome::Photo,
            Self::Fails(outcome) => outcome,
        }
    }
}
