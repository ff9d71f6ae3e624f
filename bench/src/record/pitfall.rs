//! The rounds of one pitfall in one style: a row of a table.

use serde::{Deserialize, Serialize};

use crate::stats::interval::median;

/// The result of one style.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PitfallCell {
    pub(crate) pitfall: String,
    /// The source of both ways, in `bench/src/pitfalls`.
    pub(crate) file: String,
    pub(crate) style: String,
    /// The effect of the mistake, in a line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) why: String,
    /// The recipe that does it right.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) recipe: String,
    /// Path and query of the photo.
    pub(crate) photo: String,
    /// Downloads of it.
    pub(crate) count: usize,
    /// Unrelated downloads at the same time.
    pub(crate) others: usize,
    pub(crate) tls: bool,
    /// The figure that shows the damage.
    pub(crate) hurts: Metric,
    /// The medians of that figure, over all rounds.
    pub(crate) right: Option<f64>,
    pub(crate) wrong: Option<f64>,
    pub(crate) damage: Option<Damage>,
    /// The right way and the wrong one, in each round.
    pub(crate) rounds: Vec<(WayFigures, WayFigures)>,
    /// Why there are no figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<String>,
}

/// The figure that shows the damage.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) enum Metric {
    /// The p99 of the unrelated downloads, or of all where there are no others.
    #[serde(rename = "p99, ms")]
    P99,
    /// The time until all is done.
    #[serde(rename = "time, ms")]
    Time,
    /// The photos that come.
    #[serde(rename = "photos")]
    Photos,
}

/// The figures of one way in one round.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct WayFigures {
    /// The p99 of the timed downloads; 0 without any.
    pub(crate) p99_ms: f64,
    pub(crate) time_ms: f64,
    /// User and system time of the whole client.
    pub(crate) cpu_ms: f64,
    /// Photos that came, without the unrelated ones.
    pub(crate) photos: usize,
    pub(crate) connections: u64,
    /// Heads and bodies, counted by the server.
    pub(crate) bytes_sent: u64,
}

/// The factor by which the wrong way is worse: the median, and the range of all rounds.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Damage {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl PitfallCell {
    /// This cell with the figures of these rounds.
    pub(crate) fn with(mut self, rounds: Vec<(WayFigures, WayFigures)>) -> Self {
        let metric = self.hurts;
        self.rounds = rounds;
        [self.right, self.wrong] = self.medians(|way| metric.of(way));
        self.damage = median(&mut self.ratios().collect::<Vec<_>>()).map(|median| Damage {
            median,
            min: self.ratios().fold(f64::INFINITY, f64::min),
            max: self.ratios().fold(0.0, f64::max),
        });
        self
    }

    /// The medians of a figure over all rounds: of the right way, and of the wrong one.
    pub(crate) fn medians(&self, figure: impl Fn(&WayFigures) -> f64) -> [Option<f64>; 2] {
        let (mut right, mut wrong): (Vec<_>, Vec<_>) =
            self.rounds.iter().map(|(right, wrong)| (figure(right), figure(wrong))).unzip();
        [median(&mut right), median(&mut wrong)]
    }

    /// The rounds in which the wrong way was as good as the right one, or better.
    pub(crate) fn harmless_rounds(&self) -> usize {
        self.ratios().filter(|ratio| *ratio <= 1.0).count()
    }

    fn ratios(&self) -> impl Iterator<Item = f64> {
        let metric = self.hurts;
        self.rounds.iter().map(move |(right, wrong)| match metric {
            // Fewer photos are worse.
            Metric::Photos => metric.of(right) / metric.of(wrong),
            Metric::P99 | Metric::Time => metric.of(wrong) / metric.of(right),
        })
    }
}

impl Metric {
    fn of(self, way: &WayFigures) -> f64 {
        match self {
            Self::P99 => way.p99_ms,
            Self::Time => way.time_ms,
            Self::Photos => way.photos as f64,
        }
    }

    /// The figure in words, with its unit.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::P99 => "p99, ms",
            Self::Time => "time, ms",
            Self::Photos => "photos",
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn way(time_ms: f64, photos: usize) -> WayFigures {
        let (p99_ms, cpu_ms) = (time_ms / 10.0, time_ms / 2.0);
        WayFigures { p99_ms, time_ms, cpu_ms, photos, connections: 3, bytes_sent: 9 }
    }

    pub(crate) fn cell(hurts: Metric, rounds: Vec<(WayFigures, WayFigures)>) -> PitfallCell {
        let cell = PitfallCell {
            pitfall: "unbounded".into(),
            file: "unbounded.rs".into(),
            style: "tokio".into(),
            why: "too many at once".into(),
            recipe: "many".into(),
            photo: "/photo".into(),
            count: 8,
            others: 0,
            tls: false,
            hurts,
            right: None,
            wrong: None,
            damage: None,
            rounds: Vec::new(),
            failed: None,
        };
        cell.with(rounds)
    }

    #[test]
    fn damage_is_the_median_of_the_ratios_of_each_round() {
        let rounds = [(10.0, 20.0), (100.0, 90.0), (10.0, 50.0)];
        let cell = cell(Metric::Time, rounds.map(|(right, wrong)| (way(right, 8), way(wrong, 8))).into());
        assert_eq!(cell.damage, Some(Damage { median: 2.0, min: 0.9, max: 5.0 }));
        assert_eq!((cell.right, cell.wrong, cell.harmless_rounds()), (Some(10.0), Some(50.0), 1));
    }

    #[test]
    fn photos_that_do_not_come_are_damage() {
        let cell = cell(Metric::Photos, vec![(way(10.0, 512), way(5.0, 64))]);
        assert_eq!(cell.damage, Some(Damage { median: 8.0, min: 8.0, max: 8.0 }));
        let json = serde_json::to_value(&cell).unwrap();
        assert_eq!((&json["hurts"], &json["rounds"][0][1]["time_ms"]), (&"photos".into(), &5.0.into()));
        assert_eq!(json["hurts"], Metric::Photos.name());
    }
}
