//! The format of numbers: latencies, sizes, and figures with their significant digits.

/// The latency above which milliseconds are easier to read.
const LONG_US: f64 = 10_000.0;

/// The unit of all latencies of one table.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Micros,
    Millis,
}

impl Unit {
    /// The unit in which all of `latencies`, in microseconds, are easy to read.
    pub(crate) fn of(latencies: impl Iterator<Item = f64>) -> Self {
        let longest = latencies.fold(0.0, f64::max);
        if longest < LONG_US { Self::Micros } else { Self::Millis }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Micros => "µs",
            Self::Millis => "ms",
        }
    }

    pub(crate) fn show(self, micros: f64) -> String {
        match self {
            Self::Micros => format!("{micros:.0}"),
            Self::Millis => digits(micros / 1e3),
        }
    }
}

/// Formats a value with its significant digits.
pub(crate) fn digits(value: f64) -> String {
    match value {
        ..1.0 => format!("{value:.2}"),
        1.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        b if b >= 1 << 20 && b % (1 << 20) == 0 => format!("{} MiB", b >> 20),
        b if b >= 1 << 10 && b % (1 << 10) == 0 => format!("{} KiB", b >> 10),
        b => format!("{b} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_digits_are_short() {
        assert_eq!([size(1000), size(1024), size(32 << 20)], ["1000 B", "1 KiB", "32 MiB"]);
        assert_eq!([digits(0.123), digits(12.34), digits(1234.5)], ["0.12", "12.3", "1234"]);
    }
}
