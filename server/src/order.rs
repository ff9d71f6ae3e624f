//! The photo that a query asks for.

use std::fmt;
use std::time::Duration;

use crate::photos::{PictureFormat, picture};
use crate::request::Query;
use crate::script::Step;

/// Longest delay; a longer one is refused.
const MAX_DELAY: Duration = Duration::from_hours(1);

/// More is refused: no delay would be left.
const MAX_JITTER_PERCENT: u32 = 100;

/// The parameters of a photo, served well or badly.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) format: PictureFormat,
    pub(crate) bytes: usize,
    pub(crate) seed: u64,
    pub(crate) delay: Duration,
    /// The delay is longer or shorter by up to this share.
    pub(crate) jitter_percent: u32,
    /// The number of open requests that ends the delay early.
    pub(crate) gather: Option<usize>,
}

impl Order {
    pub(crate) fn from_query(query: Query<'_>) -> Result<Self, String> {
        let format = query.value("format").unwrap_or("jpeg");
        let delay = Duration::from_millis(query.number("delay_ms", 0)?);
        if delay > MAX_DELAY {
            return Err(format!("delay_ms is at most {}", MAX_DELAY.as_millis()));
        }
        let jitter_percent = query.number("jitter_percent", 0)?;
        if jitter_percent > MAX_JITTER_PERCENT {
            return Err(format!("jitter_percent is at most {MAX_JITTER_PERCENT}"));
        }
        Ok(Self {
            format: PictureFormat::from_name(format)
                .ok_or_else(|| format!("format={format} is not gif, png or jpeg"))?,
            bytes: query.number("bytes", 32 << 10)?,
            seed: query.number("seed", 0)?,
            delay,
            jitter_percent,
            gather: query.value("gather").map(|_| query.number("gather", 0)).transpose()?,
        })
    }

    /// The step before the reply.
    pub(crate) fn delayed(&self) -> Option<Step> {
        match (self.delay, self.gather) {
            (Duration::ZERO, _) => None,
            (delay, None) => Some(Step::Wait(delay, delay * self.jitter_percent / 100)),
            (delay, Some(count)) => Some(Step::Gather(count, delay)),
        }
    }

    pub(crate) fn picture(&self) -> Result<Vec<u8>, String> {
        picture(self.format, self.bytes, self.seed)
    }
}

/// Writes the query that asks for this.
impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { format, bytes, seed, delay, jitter_percent, gather } = self;
        write!(f, "bytes={bytes}&format={}&seed={seed}", format.name())?;
        if !delay.is_zero() {
            write!(f, "&delay_ms={}", delay.as_millis())?;
        }
        if *jitter_percent > 0 {
            write!(f, "&jitter_percent={jitter_percent}")?;
        }
        if let Some(count) = gather {
            write!(f, "&gather={count}")?;
        }
        Ok(())
    }
}
