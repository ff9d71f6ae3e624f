//! The latencies of a run for other tools: an HDR histogram log, version 1.3 of the log, V2 of the histograms.

use std::fmt::Display;
use std::io;
use std::time::{Duration, UNIX_EPOCH};

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

use crate::record::cell::Cell;
use crate::record::open::OpenCell;
use crate::record::run::Run;

/// Latencies are in nanoseconds, the maxima of a log in milliseconds.
const NANOS_PER_MS: f64 = 1e6;

/// The log of all cells with a histogram, each under its tag; `None` without any.
///
/// # Errors
///
/// If a histogram cannot be read.
pub(super) fn log(run: &Run) -> io::Result<Option<String>> {
    let mut serializer = V2DeflateSerializer::new();
    let mut text = Vec::new();
    let start = run.head.as_ref().map_or(0, |head| head.at_unix_s);
    let start = UNIX_EPOCH + Duration::from_secs(start);
    let mut log = IntervalLogWriterBuilder::new()
        .add_comment("Latencies of all rounds together, in nanoseconds; the tag is load/DELAY/IN-FLIGHT/STYLE as in cargo bench")
        .with_max_value_divisor(NANOS_PER_MS)
        .with_base_time(start)
        .with_start_time(start)
        .begin_log_with(&mut text, &mut serializer)?;
    // The times of the cells are not known, so they are logged one after another.
    let mut at = Duration::ZERO;
    let mut any = false;
    for (id, cell) in cells(run) {
        let named = |error: &dyn Display| io::Error::other(format!("{id}: {error}"));
        let Some(latencies) = cell.latencies().map_err(|error| named(&error))? else { continue };
        let time = Duration::from_secs_f64(cell.figures.map_or(0.0, |figures| figures.wall_s));
        log.write_histogram(latencies.histogram(), at, time, Tag::new(&id))
            .map_err(|error| named(&format!("{error:?}")))?;
        at += time;
        any = true;
    }
    Ok(any.then(|| String::from_utf8_lossy(&text).into_owned()))
}

/// The cells that may have a histogram, with the ids of `cargo bench -- --list`, except for sizes and rates.
fn cells(run: &Run) -> impl Iterator<Item = (String, &Cell)> {
    let id = |part: &str, cell: &Cell, load: String| {
        let delay = cell.load.delay_ms.map_or("url".into(), |delay_ms| format!("{delay_ms}ms"));
        format!("{part}/{}{delay}/{load}/{}", cell.load.id(), cell.style)
    };
    let closed = run.closed.iter().map(move |cell| (id("load", cell, cell.in_flight.to_string()), cell));
    let open = run.open.iter().map(move |OpenCell { cell, share_percent, rate_per_s, .. }| {
        let load = match (share_percent, rate_per_s) {
            (Some(share), _) => format!("{share}-percent"),
            (None, rate) => format!("{:.0}-per-s", rate.unwrap_or_default()),
        };
        (id("open", cell, load), cell)
    });
    let scale = run.scale.iter().map(move |cell| (id("scale", cell, cell.in_flight.to_string()), cell));
    closed.chain(open).chain(scale)
}

#[cfg(test)]
pub(super) mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    use super::*;
    use crate::record::sample::noisy;
    use crate::stats::latency::Latencies;

    /// A thousand latencies of 1 to 1000 µs.
    pub(in crate::output::report) fn encoded() -> String {
        let all: Vec<_> = (1..=1000).map(Duration::from_micros).collect();
        all.iter().collect::<Latencies>().encode()
    }

    #[test]
    fn other_tools_can_read_the_log() {
        let mut run = Run { closed: vec![noisy("tokio", 64, 1.0, 1.0)], ..Run::default() };
        assert_eq!(log(&run).unwrap(), None);
        run.closed.push(Cell { histogram: Some(encoded()), ..noisy("smol", 64, 1.0, 1.0) });
        let text = log(&run).unwrap().unwrap();
        assert!(text.contains("\nTag=load/20ms/64/smol,0.000,1.000,1.000,HISTFAAA"), "{text}");
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
        let closed = vec![Cell { histogram: Some("no histogram".into()), ..noisy("smol", 64, 1.0, 1.0) }];
        let error = log(&Run { closed, ..Run::default() }).unwrap_err().to_string();
        assert!(error.starts_with("load/20ms/64/smol: "), "{error}");
    }
}
