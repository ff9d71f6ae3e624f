//! How long downloads took: all of it, or five figures of it.

use std::io;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};
use serde::{Deserialize, Serialize};

/// An hour: no download is allowed as long.
const LONGEST_NS: u64 = 3_600_000_000_000;

/// Percentiles of latency, in microseconds, to three significant digits.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Percentiles {
    #[serde(rename = "p50_us")]
    pub(crate) p50: f64,
    #[serde(rename = "p90_us")]
    pub(crate) p90: f64,
    #[serde(rename = "p99_us")]
    pub(crate) p99: f64,
    #[serde(rename = "p999_us")]
    pub(crate) p999: f64,
    #[serde(rename = "max_us")]
    pub(crate) max: f64,
}

/// How many downloads took how long, in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    pub(crate) fn none() -> Self {
        Self(Histogram::new_with_max(LONGEST_NS, 3).expect("the bounds are good"))
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.0.add(&other.0).expect("both have the same bounds");
    }

    pub(crate) fn percentiles(&self) -> Percentiles {
        let micros = |nanos: u64| nanos as f64 / 1e3;
        let at = |quantile| micros(self.0.value_at_quantile(quantile));
        Percentiles { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: micros(self.0.max()) }
    }

    /// In seconds.
    pub(crate) fn mean_s(&self) -> f64 {
        self.0.mean() / 1e9
    }

    /// As other tools read and merge it: the histogram's V2 format, compressed, in Base64.
    pub(crate) fn encode(&self) -> String {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&self.0, &mut bytes).expect("memory can be written");
        STANDARD.encode(bytes)
    }

    pub(crate) fn decode(text: &str) -> io::Result<Self> {
        let bytes = STANDARD.decode(text).map_err(io::Error::other)?;
        let decoded = Deserializer::new().deserialize(&mut bytes.as_slice()).map_err(io::Error::other)?;
        let mut all = Self::none();
        all.0.add(decoded).map_err(io::Error::other)?;
        Ok(all)
    }
}

impl<'a> FromIterator<&'a Duration> for Latencies {
    fn from_iter<I: IntoIterator<Item = &'a Duration>>(latencies: I) -> Self {
        let mut all = Self::none();
        for latency in latencies {
            all.0.saturating_record(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Latencies {
        (1..=1000).map(Duration::from_micros).collect::<Vec<_>>().iter().collect()
    }

    #[test]
    fn percentiles_of_a_thousand_steps() {
        let Percentiles { p50, p90, p99, p999, max } = steps().percentiles();
        for (found, truth) in [(p50, 500.0), (p90, 900.0), (p99, 990.0), (p999, 999.0), (max, 1000.0)] {
            assert!((found - truth).abs() <= truth * 0.001, "{found} is not {truth}");
        }
    }

    #[test]
    fn no_download_is_no_latency() {
        assert!(Latencies::none().percentiles().max < f64::MIN_POSITIVE);
    }

    #[test]
    fn what_is_encoded_can_be_read_and_merged() {
        let mut twice = Latencies::decode(&steps().encode()).unwrap();
        assert_eq!(twice, steps());
        twice.add(&steps());
        assert_eq!(twice.percentiles(), steps().percentiles());
        assert_eq!(twice.0.len(), 2000);
        assert!(Latencies::decode("no histogram").is_err());
    }
}
