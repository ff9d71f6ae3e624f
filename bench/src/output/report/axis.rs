//! Logarithmic axes: the places of figures, and their labels.

/// The range of an axis, in the logarithms that plots use.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) ticks: Vec<(f64, String)>,
    /// The quantity with its unit, and that the scale is logarithmic.
    pub(super) name: String,
}

/// Most ticks; for more, their distance grows.
const MANY_TICKS: usize = 7;

/// The share of an axis that a name needs.
const NAME_WIDTH: f64 = 0.12;

impl Axis {
    /// An axis for any figures above 0; `None` without figures.
    pub(super) fn of_figures(name: &str, figures: impl Iterator<Item = f64>) -> Option<Self> {
        let logs = figures.filter(|figure| *figure > 0.0).map(f64::log10);
        let (low, high) = logs.fold((f64::MAX, f64::MIN), |(low, high), log| (low.min(log), high.max(log)));
        if low > high {
            return None;
        }
        // Figures that hardly differ must not look as if they did.
        let room = ((0.5 - (high - low)) / 2.0).max(0.06);
        let (low, high) = (low - room, high + room);
        let at = |steps: &'static [f64]| {
            #[expect(clippy::cast_possible_truncation, reason = "the logarithm of an f64 is below 309")]
            let decades = low.floor() as i32..=high.ceil() as i32;
            let values = decades.flat_map(|decade| steps.iter().map(move |step| step * 10_f64.powi(decade)));
            values
                .map(|value| (value.log10(), short(value)))
                .filter(|(at, _)| (low..=high).contains(at))
                .collect::<Vec<_>>()
        };
        let steps: [&'static [f64]; 4] =
            [&[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0], &[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
        let ticks = steps.into_iter().map(at).find(|ticks| ticks.len() <= MANY_TICKS).unwrap_or_default();
        Some(Self { low, high, ticks, name: logarithmic(name) })
    }

    /// An axis with one tick per measured value; `None` for fewer than two values.
    pub(super) fn of_steps(name: &str, steps: impl Iterator<Item = u64>) -> Option<Self> {
        let mut steps: Vec<_> = steps.filter(|step| *step > 0).collect();
        steps.sort_unstable();
        steps.dedup();
        let at = |step: u64| (step as f64).log10();
        let (low, high) = (at(*steps.first()?), at(*steps.last()?));
        let room = (high - low) * 0.03;
        let mut named = f64::MIN;
        let ticks = steps.iter().map(|step| (at(*step), short(*step as f64)));
        let ticks = ticks.map(|(at, name)| {
            // A name too close to the last one would be printed over it.
            let name = if at - named < (high - low) * NAME_WIDTH { String::new() } else { name };
            named = if name.is_empty() { named } else { at };
            (at, name)
        });
        let ticks = ticks.collect();
        (low < high).then_some(Self { low: low - room, high: high + room, ticks, name: logarithmic(name) })
    }

    /// An axis of percentiles, with equal space for each nine, up to one in `count`.
    pub(super) fn of_percentiles(count: u64) -> Self {
        let high = nines(1.0 - 1.0 / count.max(100) as f64);
        let named = [(0.0, "0"), (0.5, "50"), (0.9, "90"), (0.99, "99"), (0.999, "99.9"), (0.9999, "99.99")];
        let ticks = named.map(|(quantile, name)| (nines(quantile), name.to_owned()));
        let ticks = ticks.into_iter().filter(|(at, _)| *at <= high + 0.01).collect();
        Self { low: 0.0, high: high + 0.05, ticks, name: "percentile (each nine has the same width)".into() }
    }
}

/// Names the scale: a reader who takes it for linear underestimates differences.
fn logarithmic(name: &str) -> String {
    format!("{name} (log scale)")
}

/// The number of nines of a quantile: 0.9 has one, 0.99 two.
pub(super) fn nines(quantile: f64) -> f64 {
    -(1.0 - quantile).log10()
}

/// The shortest form of a value: 0.05, 2, 50, 16k.
fn short(value: f64) -> String {
    match value {
        1e6.. => format!("{}M", value / 1e6),
        10_000.0.. => format!("{}k", (value / 1e3).round()),
        0.95.. => format!("{}", value.round()),
        _ => {
            let text = format!("{value:.3}");
            text.trim_end_matches('0').to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, name)| name.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_figures_within_the_axis() {
        let axis = Axis::of_figures("ms", [0.3, 40.0].into_iter()).unwrap();
        assert_eq!(names(&axis), ["0.5", "1", "2", "5", "10", "20"]);
        let axis = Axis::of_figures("ms", [0.03, 40_000.0].into_iter()).unwrap();
        assert_eq!(names(&axis), ["0.1", "1", "10", "100", "1000", "10k"]);
        assert!(axis.ticks.iter().all(|(at, _)| (axis.low..=axis.high).contains(at)));
        assert_eq!(axis.name, "ms (log scale)");
        assert_eq!(Axis::of_figures("ms", [0.0].into_iter()), None);
    }

    #[test]
    fn figures_that_hardly_differ_do_not_fill_the_axis() {
        let axis = Axis::of_figures("ms", [20.0, 20.2].into_iter()).unwrap();
        assert!(axis.high - axis.low > 0.45, "{axis:?}");
        assert!(!axis.ticks.is_empty());
    }

    #[test]
    fn measured_values_have_ticks() {
        assert_eq!(
            names(&Axis::of_steps("in flight", [64, 1, 1_000_000, 1024, 1, 16384].into_iter()).unwrap()),
            ["1", "64", "1024", "16k", "1M"]
        );
        assert_eq!(Axis::of_steps("in flight", [64, 64].into_iter()), None);
    }

    #[test]
    fn percentiles_go_as_far_as_there_are_downloads() {
        assert_eq!(names(&Axis::of_percentiles(59)), ["0", "50", "90", "99"]);
        assert_eq!(names(&Axis::of_percentiles(17_408)), ["0", "50", "90", "99", "99.9", "99.99"]);
        assert!((nines(0.999) - 3.0).abs() < 1e-9);
    }
}
