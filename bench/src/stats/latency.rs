//! The latencies of downloads: all of them, or a few percentiles.

use std::io;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};
use serde::{Deserialize, Serialize};

/// An hour: no download is allowed as long.
const LONGEST_NS: u64 = 3_600_000_000_000;

/// A percentile: its name, its quantile, and its field.
pub(crate) struct Percentile {
    pub(crate) name: &'static str,
    pub(crate) quantile: f64,
    /// `None` in lines that were recorded before there was this percentile.
    pub(crate) of: fn(&Percentiles) -> Option<f64>,
}

macro_rules! percentiles {
    ($($field:ident: $quantile:literal, $name:literal;)*) => {
        /// Percentiles of latency, in microseconds, to three significant digits.
        #[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
        pub(crate) struct Percentiles {
            $(#[serde(default = "unknown")] pub(crate) $field: f64,)*
        }

        impl Percentiles {
            pub(crate) const ALL: &[Percentile] =
                &[$(Percentile { name: $name, quantile: $quantile, of: |it| Some(it.$field).filter(|it| !it.is_nan()) },)*];

            /// Percentiles that are each computed by `value`.
            pub(crate) fn each(value: impl Fn(&Percentile) -> f64) -> Self {
                let mut values = Self::ALL.iter().map(value);
                Self { $($field: values.next().unwrap_or_default(),)* }
            }
        }
    };
}

fn unknown() -> f64 {
    f64::NAN
}

percentiles! {
    p50_us: 0.5, "p50";
    p90_us: 0.9, "p90";
    p99_us: 0.99, "p99";
    p999_us: 0.999, "p99.9";
    max_us: 1.0, "max";
}

/// The histogram of latencies, in nanoseconds.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    pub(crate) fn none() -> Self {
        Self(Histogram::new_with_max(LONGEST_NS, 3).expect("the bounds are good"))
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.0.add(&other.0).expect("both have the same bounds");
    }

    pub(crate) fn percentiles(&self) -> Percentiles {
        Percentiles::each(|percentile| self.at_us(percentile.quantile))
    }

    /// The latency at a quantile, in microseconds; the longest one at 1.
    pub(crate) fn at_us(&self, quantile: f64) -> f64 {
        self.0.value_at_quantile(quantile) as f64 / 1e3
    }

    /// The histogram itself, for tools that write logs of them.
    pub(crate) fn histogram(&self) -> &Histogram<u64> {
        &self.0
    }

    /// The mean in seconds.
    pub(crate) fn mean_s(&self) -> f64 {
        self.0.mean() / 1e9
    }

    /// Encodes the histogram as other tools read and merge it: V2 format, compressed, in Base64.
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

impl From<Latencies> for String {
    fn from(latencies: Latencies) -> Self {
        latencies.encode()
    }
}

impl TryFrom<String> for Latencies {
    type Error = io::Error;

    fn try_from(text: String) -> io::Result<Self> {
        Self::decode(&text)
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
        let found = steps().percentiles();
        for percentile in Percentiles::ALL {
            let (found, truth) = ((percentile.of)(&found).unwrap(), 1000.0 * percentile.quantile);
            assert!((found - truth).abs() <= truth * 0.001, "{found} is not {truth}");
        }
    }

    #[test]
    fn a_percentile_that_was_not_recorded_is_unknown() {
        let recorded: Percentiles = serde_json::from_str(r#"{"p50_us":1.5}"#).unwrap();
        let known: Vec<_> =
            Percentiles::ALL.iter().filter_map(|percentile| (percentile.of)(&recorded)).collect();
        assert_eq!(known, [1.5]);
    }

    #[test]
    fn no_download_is_no_latency() {
        assert!(Latencies::none().percentiles().max_us < f64::MIN_POSITIVE);
    }

    #[test]
    fn encoded_histograms_can_be_read_and_merged() {
        let mut twice = Latencies::decode(&steps().encode()).unwrap();
        assert_eq!(twice, steps());
        twice.add(&steps());
        assert_eq!(twice.percentiles(), steps().percentiles());
        assert_eq!(twice.0.len(), 2000);
        assert!(Latencies::decode("no histogram").is_err());
    }
}
