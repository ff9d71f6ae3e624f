//! Which fault leads to which ending: written once, the same for every contender, with or without TLS, on a fresh or
//! on a kept connection.

use std::fmt;
use std::time::Duration;

use photo::{Config, Phase};
use photo_server::{Fault, PictureFormat};
use photo_tests::{Outcome, Picture};

use Ending::{Fails, FirstHalf, Photo};
use Outcome::{InvalidUrl, Io, Malformed, NotAPhoto, Status, Timeout, TooLarge, TooManyRedirects, Truncated};

/// The photo that the faults are about; half of a GIF can still be told to be one.
pub(crate) const PICTURE: Picture = Picture { format: PictureFormat::Gif, bytes: 40_000, seed: 5 };

/// The silence after which a stalled download is given up: longer than a busy machine makes a good one wait.
const STALL: Duration = Duration::from_millis(400);

/// One fault, and how a download meets its end by it.
pub(crate) struct Row {
    pub(crate) fault: Fault,
    /// The fault's own parameters.
    pub(crate) parameters: String,
    pub(crate) ending: Ending,
    pub(crate) limits: fn(Config) -> Config,
    /// Until the next download.
    pub(crate) afterwards: Duration,
}

/// How a download ends.
#[derive(Clone, Copy)]
pub(crate) enum Ending {
    /// With [`PICTURE`].
    Photo,
    /// With as much of it as was declared, and no way to know better.
    FirstHalf,
    /// With an error.
    Fails(Outcome),
}

/// All rows.
pub(crate) fn table() -> Vec<Row> {
    let mut rows = Vec::new();
    for code in
        [204, 205, 206, 300, 304, 400, 401, 403, 404, 410, 418, 429, 451, 500, 502, 503, 504, 599, 999]
    {
        rows.push(row(Fault::Status, &format!("code={code}"), Fails(Status(code))));
    }
    for code in [301, 302, 303, 307, 308] {
        rows.push(row(Fault::Redirect, &format!("code={code}"), Photo));
    }
    rows.extend(redirects());
    rows.extend(connections());
    rows.extend(silences());
    rows.extend(bodies());
    rows.extend(lengths());
    rows.extend(heads());
    rows
}

fn redirects() -> Vec<Row> {
    vec![
        row(Fault::Redirect, "to=file:///etc/hostname", Fails(InvalidUrl)),
        row(Fault::Redirect, "to=http://", Fails(InvalidUrl)),
        row(Fault::RedirectBody, "", Photo),
        row(Fault::RedirectBody, "body=1000000", Photo),
        row(Fault::RedirectLoop, "", Fails(TooManyRedirects)),
        row(Fault::RedirectChain, "hops=10", Photo),
        row(Fault::RedirectChain, "hops=11", Fails(TooManyRedirects)),
        row(Fault::RedirectHost, "", Photo),
        row(Fault::RedirectNoLocation, "", Fails(Malformed)),
    ]
}

fn connections() -> Vec<Row> {
    vec![
        row(Fault::CloseBeforeHead, "", Fails(Truncated)),
        row(Fault::CutInHead, "", Fails(Truncated)),
        row(Fault::CutBody, "", Fails(Truncated)),
        row(Fault::ResetBeforeHead, "", Fails(Io)),
        row(Fault::ResetInBody, "", Fails(Io)),
        row(Fault::ResetInBody, "at=0", Fails(Io)),
        row(Fault::ResetInBody, "at=39999", Fails(Io)),
        row(Fault::CloseAfterReply, "", Photo),
        row(Fault::CloseAfterReply, "", Photo).afterwards(Duration::from_millis(50)),
        row(Fault::CloseAfterReply, "after_ms=5", Photo),
        row(Fault::CloseOnReuse, "", Photo),
        row(Fault::Flaky, "fail=0", Photo),
        row(Fault::Flaky, "as=status&code=503", Fails(Status(503))),
        // Later than the second reply, which is closer to the first than the next request.
        row(Fault::StrayReply, "", Photo).afterwards(Duration::from_millis(100)),
    ]
}

fn silences() -> Vec<Row> {
    let impatient: fn(Config) -> Config = |config| config.stall_timeout(STALL);
    vec![
        row(Fault::StallBeforeHead, "", Fails(Timeout(Phase::Head))).limits(impatient),
        row(Fault::StallInHead, "", Fails(Timeout(Phase::Head))).limits(impatient),
        row(Fault::StallInBody, "", Fails(Timeout(Phase::Body))).limits(impatient),
        row(Fault::LengthTooLongStall, "", Fails(Timeout(Phase::Body)))
            .limits(|config| config.stall_timeout(STALL).max_bytes(u64::MAX)),
        // No silence is long enough for a stall: 4 s in all.
        row(Fault::Drip, "step=1000&every_ms=100", Fails(Timeout(Phase::Body)))
            .limits(|config| config.timeout(Duration::from_millis(700)).stall_timeout(2 * STALL)),
        row(Fault::Drip, "step=10000&every_ms=20", Photo),
    ]
}

fn bodies() -> Vec<Row> {
    vec![
        row(Fault::Chunked, "", Photo),
        row(Fault::Chunked, "chunk=100", Photo),
        // The server's chunk lines are of 27 bytes then; ureq-proto 0.7.1 takes 20 for the most a good one can have.
        row(Fault::Chunked, "trailer=1", Fails(Malformed)),
        row(Fault::ChunkedBadSize, "", Fails(Malformed)),
        row(Fault::ChunkedCut, "", Fails(Truncated)),
        row(Fault::CloseDelimited, "", Photo),
        row(Fault::CloseDelimitedReset, "", Fails(Io)),
        row(Fault::Html, "", Fails(NotAPhoto)),
        row(Fault::Empty, "", Fails(NotAPhoto)),
    ]
}

fn lengths() -> Vec<Row> {
    vec![
        row(Fault::LengthTooLong, "", Fails(TooLarge)),
        row(Fault::LengthTooLong, "", Fails(Truncated)).limits(|config| config.max_bytes(u64::MAX)),
        row(Fault::LengthTooLongStall, "", Fails(TooLarge)),
        row(Fault::LengthTooShort, "", FirstHalf),
        row(Fault::LengthTwiceDifferent, "", Fails(Malformed)),
        row(Fault::LengthNotANumber, "", Fails(Malformed)),
    ]
}

fn heads() -> Vec<Row> {
    vec![
        row(Fault::Noise, "", Fails(Malformed)),
        row(Fault::SshBanner, "", Fails(Malformed)),
        row(Fault::HugeHead, "bytes=1048576", Fails(Malformed)),
        row(Fault::HugeHead, "bytes=3000", Fails(Truncated)),
        row(Fault::Http10, "", Photo),
        row(Fault::EarlyHints, "", Photo),
    ]
}

fn row(fault: Fault, parameters: &str, ending: Ending) -> Row {
    Row {
        fault,
        parameters: parameters.to_owned(),
        ending,
        limits: |config| config,
        afterwards: Duration::ZERO,
    }
}

impl Row {
    fn limits(self, limits: fn(Config) -> Config) -> Self {
        Self { limits, ..self }
    }

    fn afterwards(self, afterwards: Duration) -> Self {
        Self { afterwards, ..self }
    }

    /// Its own parameters first: the server takes the first one of a name.
    pub(crate) fn path(&self) -> String {
        format!("{}?{}&{}", self.fault.path(), self.parameters, PICTURE.query())
    }
}

impl Ending {
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Photo | FirstHalf => Outcome::Photo,
            Fails(outcome) => outcome,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}?{}", self.fault.name(), self.parameters)
    }
}
