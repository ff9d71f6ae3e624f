//! The latencies of a run for other tools: an HDR histogram log, version 1.3 of the log, V2 of the histograms.

use std::io;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use hdrhistogram::serialization::{Deserializer, V2DeflateSerializer};

use super::run::{Cell, Run};

/// Latencies are in nanoseconds; a log tells its maxima in milliseconds.
const NANOS_PER_MS: f64 = 1e6;

/// The log of all cells that have a histogram, each under its tag; `None` if none has.
///
/// # Errors
///
/// If a histogram cannot be read.
pub(super) fn log(run: &Run) -> io::Result<Option<String>> {
    let mut serializer = V2DeflateSerializer::new();
    let mut text = Vec::new();
    let start = run.origin.as_ref().and_then(|origin| origin.at_unix_s).unwrap_or_default();
    let start = UNIX_EPOCH + Duration::from_secs(start);
    let mut log = IntervalLogWriterBuilder::new()
        .add_comment("Latencies in nanoseconds; the tag is load/DELAY/IN-FLIGHT/STYLE as in cargo bench")
        .with_max_value_divisor(NANOS_PER_MS)
        .with_base_time(start)
        .with_start_time(start)
        .begin_log_with(&mut text, &mut serializer)?;
    // When each cell was measured is not known, so they are told as if one after the other.
    let mut at = Duration::ZERO;
    let mut any = false;
    for cell in &run.cells {
        let Some(histogram) = cell.histogram()? else { continue };
        let time = Duration::from_secs_f64(cell.figures.wall_s.unwrap_or_default());
        log.write_histogram(&histogram, at, time, Tag::new(&cell.id()))
            .map_err(|error| io::Error::other(format!("{}: {error:?}", cell.id())))?;
        at += time;
        any = true;
    }
    Ok(any.then(|| String::from_utf8_lossy(&text).into_owned()))
}

impl Cell {
    /// How long the downloads of all rounds took, in nanoseconds.
    pub(super) fn histogram(&self) -> io::Result<Option<Histogram<u64>>> {
        let Some(text) = &self.histogram else { return Ok(None) };
        let named = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", self.id()));
        let bytes = STANDARD.decode(text).map_err(|error| named(&error))?;
        let histogram = Deserializer::new().deserialize(&mut bytes.as_slice());
        histogram.map(Some).map_err(|error| named(&error))
    }

    /// As `cargo bench -- --list` names it, but for sizes and rates.
    fn id(&self) -> String {
        let Self { mode, style, in_flight, delay_ms, share_percent, rate_per_s, .. } = self;
        let part = if mode == "closed" { "load" } else { mode.as_str() };
        let delay = delay_ms.map_or("url".into(), |delay_ms| format!("{delay_ms}ms"));
        let load = match (share_percent, rate_per_s) {
            (Some(share), _) => format!("{share}-percent"),
            (None, Some(rate)) => format!("{rate:.0}-per-s"),
            (None, None) => in_flight.to_string(),
        };
        format!("{part}/{delay}/{load}/{style}")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use hdrhistogram::serialization::Serializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    use super::super::run::tests::cell;
    use super::*;

    /// A thousand latencies of 1 to 1000 µs.
    pub(in crate::output::report) fn encoded() -> String {
        let mut histogram = Histogram::<u64>::new(3).unwrap();
        (1..=1000).for_each(|micros| histogram.record(micros * 1000).unwrap());
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&histogram, &mut bytes).unwrap();
        STANDARD.encode(bytes)
    }

    #[test]
    fn other_tools_can_read_the_log() {
        let mut run = Run { cells: vec![cell("tokio", 64, 1.0, 1.0)], ..Run::default() };
        assert_eq!(log(&run).unwrap(), None);
        run.cells.push(Cell { histogram: Some(encoded()), ..cell("smol", 64, 1.0, 1.0) });
        let text = log(&run).unwrap().unwrap();
        assert!(text.contains("\nTag=load/20ms/64/smol,0.000,0.000,1.000,HISTFAAA"), "{text}");
        let entries: Vec<_> = IntervalLogIterator::new(text.as_bytes()).map(Result::unwrap).collect();
        let histograms = entries.iter().filter_map(|entry| match entry {
            LogEntry::Interval(interval) => Some(interval.encoded_histogram()),
            _ => None,
        });
        let bytes: Vec<_> = histograms.map(|text| STANDARD.decode(text).unwrap()).collect();
        assert_eq!(bytes.len(), 1);
        let read: Histogram<u64> = Deserializer::new().deserialize(&mut bytes[0].as_slice()).unwrap();
        assert_eq!((read.len(), read.max() / 1_000_000), (1000, 1));
    }

    #[test]
    fn a_broken_histogram_is_named() {
        let cells = vec![Cell { histogram: Some("no histogram".into()), ..cell("smol", 64, 1.0, 1.0) }];
        let error = log(&Run { cells, ..Run::default() }).unwrap_err().to_string();
        assert!(error.starts_with("load/20ms/64/smol: "), "{error}");
    }
}
