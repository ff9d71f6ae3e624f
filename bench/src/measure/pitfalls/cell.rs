//! All rounds of one pitfall in one style: a row of the table, a line of JSON.

use photo_tests::Contender;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::trial::Trial;
use crate::pitfalls::{Hurts, Pitfall};
use crate::stats::interval::median;

pub(crate) struct Cell<'a> {
    pub(crate) pitfall: &'a Pitfall,
    pub(crate) style: Contender,
    /// The right way and the wrong one.
    pub(crate) rounds: Vec<(Trial, Trial)>,
    /// Why there are no figures: a cell of which one round failed has none.
    pub(crate) failed: Option<String>,
}

/// How many times worse the wrong way is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Damage {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl<'a> Cell<'a> {
    pub(crate) fn new(pitfall: &'a Pitfall, style: Contender) -> Self {
        Self { pitfall, style, rounds: Vec::new(), failed: None }
    }

    /// The median of a figure over all rounds, of the right way.
    pub(crate) fn right(&self, figure: impl Fn(&Trial) -> f64) -> f64 {
        middle(self.rounds.iter().map(|(right, _)| figure(right)))
    }

    /// The same of the wrong way.
    pub(crate) fn wrong(&self, figure: impl Fn(&Trial) -> f64) -> f64 {
        middle(self.rounds.iter().map(|(_, wrong)| figure(wrong)))
    }

    pub(crate) fn damage(&self) -> Damage {
        Damage {
            median: middle(self.ratios()),
            min: self.ratios().fold(f64::INFINITY, f64::min),
            max: self.ratios().fold(0.0, f64::max),
        }
    }

    /// In how many rounds the wrong way was as good as the right one, or better.
    pub(crate) fn harmless_rounds(&self) -> usize {
        self.ratios().filter(|ratio| *ratio <= 1.0).count()
    }

    fn ratios(&self) -> impl Iterator<Item = f64> {
        let hurts = self.pitfall.hurts;
        self.rounds.iter().map(move |(right, wrong)| match hurts {
            // Of photos, fewer are worse.
            Hurts::Photos => hurts.figure(right) / hurts.figure(wrong),
            Hurts::P99 | Hurts::Time => hurts.figure(wrong) / hurts.figure(right),
        })
    }
}

impl Hurts {
    pub(crate) fn figure(self, trial: &Trial) -> f64 {
        match self {
            Self::P99 => trial.p99_ms,
            Self::Time => trial.time_ms,
            Self::Photos => trial.photos as f64,
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

/// A line of `--json`: `right` and `wrong` are the medians of the figure that is hurt.
impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Pitfall { name, file, hurts, work, .. } = self.pitfall;
        let mut line = serializer.serialize_struct("Cell", 12)?;
        line.serialize_field("pitfall", name)?;
        line.serialize_field("file", file)?;
        line.serialize_field("style", self.style.name())?;
        line.serialize_field("photo", work.photo)?;
        line.serialize_field("count", &work.count)?;
        line.serialize_field("others", &work.others)?;
        line.serialize_field("tls", &work.tls)?;
        line.serialize_field("hurts", hurts.name())?;
        line.serialize_field("right", &self.right(|trial| hurts.figure(trial)))?;
        line.serialize_field("wrong", &self.wrong(|trial| hurts.figure(trial)))?;
        line.serialize_field("damage", &self.damage())?;
        line.serialize_field("rounds", &self.rounds)?;
        line.end()
    }
}

fn middle(values: impl Iterator<Item = f64>) -> f64 {
    median(&mut values.collect::<Vec<_>>()).unwrap_or(f64::NAN)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::pitfalls;

    pub(crate) fn trial(time_ms: f64, photos: usize) -> Trial {
        Trial {
            p99_ms: time_ms / 10.0,
            time_ms,
            cpu_ms: time_ms / 2.0,
            photos,
            connections: 3,
            bytes_sent: 9,
        }
    }

    pub(crate) fn cell(pitfall: &Pitfall, rounds: Vec<(Trial, Trial)>) -> Cell<'_> {
        Cell { pitfall, style: Contender::Tokio, rounds, failed: None }
    }

    #[test]
    fn damage_is_the_median_of_the_ratios_of_each_round() {
        let pitfall = pitfalls::ALL.into_iter().find(|pitfall| pitfall.hurts == Hurts::Time).unwrap();
        let rounds = [(10.0, 20.0), (100.0, 90.0), (10.0, 50.0)];
        let rounds = rounds.map(|(right, wrong)| (trial(right, 8), trial(wrong, 8)));
        let cell = cell(&pitfall, rounds.into());
        assert_eq!(cell.damage(), Damage { median: 2.0, min: 0.9, max: 5.0 });
        assert_eq!(cell.harmless_rounds(), 1);
    }

    #[test]
    fn photos_that_do_not_come_are_damage() {
        let pitfall = pitfalls::ALL.into_iter().find(|pitfall| pitfall.hurts == Hurts::Photos).unwrap();
        let cell = cell(&pitfall, vec![(trial(10.0, 512), trial(5.0, 64))]);
        assert_eq!(cell.damage(), Damage { median: 8.0, min: 8.0, max: 8.0 });
        assert_eq!(cell.harmless_rounds(), 0);
        let json = serde_json::to_value(&cell).unwrap();
        assert_eq!((&json["right"], &json["wrong"]), (&512.0.into(), &64.0.into()));
        assert_eq!(json["rounds"][0][1]["time_ms"], 5.0);
    }
}
